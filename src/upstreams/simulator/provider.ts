import type { IncomingHttpHeaders } from 'node:http';
import type { JSONWebKeySet, JWTPayload } from 'jose';
import type { SimulatorClient } from '../simulated.ts';
import type { Persona } from './persona.ts';
import type { SigningKeys } from './signing_keys.ts';

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
export interface SimulatedClient extends SimulatorClient {
  /** What people call the app. */
  name?: string | undefined;
}

/** Renders a view to HTML. */
export type Render = (view: string, locals: Record<string, unknown>) => Promise<string>;

/** Places at which a test double lies: each may change what the provider is about to send. The product passes none. */
export interface Tamper {
  /** The person who was just chosen. */
  person?(persona: Persona): Persona;
  callback?(params: URLSearchParams): void;
  claims?(claims: JWTPayload): JWTPayload;
  /** Signs instead of the provider's own key. */
  sign?(claims: JWTPayload): Promise<string> | string | undefined;
  tokenBody?(body: Record<string, unknown>): Record<string, unknown>;
  /** What an access token opens, at this path. */
  profile?(body: Record<string, unknown>, path: string): unknown;
  keySet?(keys: JSONWebKeySet): JSONWebKeySet;
  discovery?(document: Record<string, unknown>): Record<string, unknown>;
}

/** What every simulated provider works with. */
export interface ProviderDeps {
  /** Where browsers and Gatehouse reach the server, without the provider's prefix. */
  base: string;
  client: SimulatedClient;
  personas: () => Promise<Persona[]>;
  render: Render;
  keys: SigningKeys;
  tamper?: Tamper | undefined;
}

const UNCACHED = { 'cache-control': 'no-store' };

/** A JSON answer, never cached. */
export function json(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  const own = { ...UNCACHED, 'content-type': 'application/json; charset=UTF-8' };
  return { status, headers: { ...own, ...headers }, body: JSON.stringify(body) };
}

/** The same fields as a form, never cached. */
export function form(status: number, body: Record<string, unknown>): Answer {
  const fields = new URLSearchParams();
  for (const [name, value] of Object.entries(body)) fields.set(name, String(value));
  return {
    status,
    headers: { ...UNCACHED, 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
    body: fields.toString(),
  };
}

/** The access token of a request (RFC 6750 2.1). */
export function bearerOf({ headers }: SimulatedRequest): string | undefined {
  return /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
}

/**
 * What every answer allows: nothing. `form-action` is left out on purpose: the form's redirects go on to the issuer and
 * from there to the app, wherever that is, and browsers judge the whole chain by the page that it began on.
 */
export const POLICY = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'";
