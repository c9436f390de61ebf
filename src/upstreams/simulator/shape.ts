import type { JSONWebKeySet } from 'jose';
import type { Grant, Redemption } from './grants.ts';
import type { Persona } from './persona.ts';
import type { Answer, SimulatedClient, SimulatedRequest } from './provider.ts';

/** What may be wrong with a request to the page where people agree. */
export type PageWrong = 'client' | 'redirect_uri' | 'response_type' | 'response_mode' | 'scope' | 'state' | 'pkce';

/** What may be wrong with a request for tokens. */
export type TokenWrong =
  | 'client'
  | 'secret'
  | 'grant_type'
  | 'verifier_unwanted'
  | Extract<Redemption, { ok: false }>['reason'];

/** What a route gets to see. */
export interface Visit {
  request: SimulatedRequest;
  client: SimulatedClient;
}

/** How a provider makes ID tokens. */
interface IdTokenShape {
  issuer: string | ((grant: Grant) => string);
  /** The issuer of the discovery document, where it is not that of the tokens. */
  published?: string;
  claims(grant: Grant): Record<string, unknown>;
  /** Without `openid` in the scope there is none; Apple sends one all the same. */
  unasked?: true;
  nonce: 'echoed' | 'dropped';
  alg?: (grant: Grant) => 'RS256' | 'ES256' | 'HS256';
  /** The published keys as this provider words them. */
  keySet?: (keys: JSONWebKeySet) => JSONWebKeySet;
}

/** What makes a simulated provider this one: its paths, its checks of what we send, and its answers. */
export interface Shape {
  prefix: string;
  /** "Google" */
  name: string;
  paths: { authorize: string; token: string; keys?: string; revoke?: string; discovery?: string };
  /** Takes a version or a tenant out of a path, so that routes are written once. */
  canonical?: (path: string) => string;

  /** S256 only, everywhere. `refused`: never beside a secret. */
  pkce: 'optional' | 'required' | 'refused';
  /** Absent: the provider does not look at scopes. */
  scopes?: { known: string[]; delimiter: string | RegExp; required?: string };
  response_mode?: 'form_post';
  state?: 'required';
  /** What its error page says, where it has words of its own. */
  pages?: Partial<Record<PageWrong, string>>;
  /** Mistakes that go back to the app as `error`, instead of ending on the provider's page. */
  returned?: Partial<Record<PageWrong, string>>;
  /** The person as this request sees it, or why the provider lets nobody like that in. */
  admit?: (persona: Persona, request: SimulatedRequest) => Persona | string;
  /** What comes to the callback beside `code` and `state`; `first` says that this person never agreed before. */
  callback?: (grant: Grant, first: boolean) => Record<string, string>;
  cancelled: Record<string, string>;
  fragment?: string;

  /** How the app says who it is when it redeems a code; every other way is refused. */
  client: 'basic' | 'post' | 'either' | 'es256';
  tokens: { prefix: string; type: string; expires_in?: number | string; refresh?: string };
  codeSeconds?: number;
  tokenByGet?: true;
  /** Answers as a form unless JSON is asked for. */
  formUnlessJson?: true;
  tokenError?: (wrong: TokenWrong) => Answer;
  /** Further `grant_type`s of the token endpoint. */
  otherGrants?: Record<string, (visit: Visit & { revoke(token: string): boolean }) => Answer>;
  idToken?: IdTokenShape;
  /** What an access token opens: `GET /path`. */
  resources?: Record<string, (visit: Visit & { grant: Grant }) => Answer>;
  /** The answer to an access token that is none. */
  unauthorized?: () => Answer;
}
