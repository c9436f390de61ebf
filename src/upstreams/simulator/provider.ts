import type { IncomingHttpHeaders } from 'node:http';
import type { JSONWebKeySet, JWTPayload } from 'jose';
import type { Persona } from './personas.ts';

/** A request below the prefix of one simulated provider. */
export interface SimulatedRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  form: URLSearchParams;
  headers: IncomingHttpHeaders;
}

/** An answer of a simulated provider. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** Plays one provider: answers its paths, and undefined for a path that it does not have. */
export interface SimulatedProvider {
  prefix: string;
  answer(request: SimulatedRequest): Promise<Answer | undefined>;
}

/** The one app that a simulated provider knows. */
export interface SimulatedClient {
  /** What people call the app. */
  name?: string | undefined;
  id: string;
  secret: string;
  redirectUris: string[];
}

/** Renders a view to HTML. */
export type Render = (view: string, locals: Record<string, unknown>) => Promise<string>;

/** Places at which a test double lies: each may change what the provider is about to send. The product passes none. */
export interface Tamper {
  callback?(params: URLSearchParams): void;
  claims?(claims: JWTPayload): JWTPayload;
  /** Signs instead of the provider's own key. */
  sign?(claims: JWTPayload): Promise<string> | string | undefined;
  tokenBody?(body: Record<string, unknown>): Record<string, unknown>;
  profile?(body: Record<string, unknown>): Record<string, unknown>;
  keySet?(keys: JSONWebKeySet): JSONWebKeySet;
}

/** What every simulated provider works with. */
export interface ProviderDeps {
  client: SimulatedClient;
  personas: () => Promise<Persona[]>;
  render: Render;
  tamper?: Tamper;
}

/** A JSON answer, never cached. */
export function json(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  const own = { 'content-type': 'application/json; charset=UTF-8', 'cache-control': 'no-store' };
  return { status, headers: { ...own, ...headers }, body: JSON.stringify(body) };
}

/**
 * What every answer allows: nothing. `form-action` is left out on purpose: the form's redirects go on to the issuer and
 * from there to the app, wherever that is, and browsers judge the whole chain by the page that it began on.
 */
export const POLICY = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'";
