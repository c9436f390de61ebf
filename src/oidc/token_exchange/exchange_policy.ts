import { errors, type Client } from 'oidc-provider';
import { z } from 'zod';
import { scopesIn } from '../requested_scopes.ts';
import type { Act, KnownToken } from './known_tokens.ts';

const texts = z.array(z.string().min(1).max(2000)).min(1).max(100);

/** The key `exchange:` of a client: what it may make of whose tokens. Nothing that does not stand here. */
const exchangeSettings = z.strictObject({
  /** Ids of APIs whose tokens it is sent, and of clients whose tokens for nobody in particular it is sent. */
  from: texts,
  /** The APIs for which it gets tokens. */
  to: texts,
  /** The most that such a token may do; all that the given one may, when absent. */
  scopes: texts.optional(),
  /** Its tokens need not say who acts. */
  impersonation: z.boolean().default(false),
});

/** What a client may exchange. */
export type ExchangePolicy = z.output<typeof exchangeSettings>;

/** What the settings of a client say of exchanging; undefined when they say nothing. Throws InvalidClientMetadata for what is no such policy. */
export function policyOf(exchange: unknown): ExchangePolicy | undefined {
  if (exchange === undefined) return undefined;
  const { data, error } = exchangeSettings.safeParse(exchange);
  if (data) return data;
  const [first] = error.issues;
  throw new errors.InvalidClientMetadata(
    `exchange is no policy: ${first?.path.join('.') ?? ''} ${first?.message ?? ''}`,
  );
}

/**
 * Whether a client may exchange this token: one that was meant for an API counts under the id of that API alone, so that what
 * an app got for one API opens no other by the name of the app.
 */
export function mayExchange({ from }: ExchangePolicy, token: KnownToken): boolean {
  return from.includes(token.audience ?? token.clientId);
}

/** What a request asks for. */
interface Asked {
  scope?: string | undefined;
  /** What the API of the new token knows at all. */
  known: ReadonlySet<string>;
}

/**
 * The scopes of the new token: never more than the given one had, the API knows and the policy allows. All of them for a
 * request that names none; invalid_scope for one that names another.
 */
export function scopesFor(policy: ExchangePolicy, token: KnownToken, { scope, known }: Asked): string[] {
  const open = token.scopes.filter((name) => known.has(name) && (policy.scopes?.includes(name) ?? true));
  if (scope === undefined) return open;
  const asked = scopesIn(scope);
  const beyond = asked.filter((name) => !open.includes(name));
  if (beyond.length > 0)
    throw new errors.InvalidScope('this is more than the given token and the policy allow', beyond.join(' '));
  return [...new Set(asked)];
}

/**
 * What the new token says of who acts: whoever the actor token is about, else the client itself. Only a client that may
 * impersonate says nothing of itself; who acted before stays in any case.
 */
export function actFor(
  policy: ExchangePolicy,
  client: Pick<Client, 'clientId'>,
  before: Act | undefined,
  actor: Act | undefined,
): Act | undefined {
  if (!actor && policy.impersonation) return before;
  return { ...(actor ?? { sub: client.clientId }), ...(before && { act: before }) };
}

/** RFC 8693 4.4: a token that names who may act for its subject is for nobody else. */
export function mayAct(token: KnownToken, client: Pick<Client, 'clientId'>, actor: Act | undefined): boolean {
  const { mayAct: named } = token;
  return named === undefined || named === client.clientId || named === actor?.sub;
}
