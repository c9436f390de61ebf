import { meets, strongest, type Level } from '../clients/index.ts';

/** What an app asks for and hears in `acr` (OpenID EAP ACR Values 1.0), the weakest first. */
const WORDS = [
  ['mfa', 'mfa'],
  ['phr', 'phishing-resistant'],
] as const satisfies [word: string, level: Level][];

/** The words that stand in the discovery document. */
export const acrValues: readonly string[] = WORDS.map(([word]) => word);

/** A key in software or hardware (RFC 8176). It counts where its person was verified (`user`). */
const PASSKEYS = ['swk', 'hwk'];
/** What proves somebody first, and what proves beside it. Two of one kind are no two factors. */
const FIRST = ['pwd', 'fed'];
const SECOND = ['otp'];

/**
 * Marks stand among the methods of a session, where the library keeps them for us: no token and no app learns them. This one
 * says that an upstream vouches for so much, where the config trusts its word.
 */
const VOUCHED = 'vouched:';

/** The account's person said on this browser that it need not ask for their second step. */
export const TRUSTED_DEVICE = 'trusted-device';

/** The mark of an upstream's trusted word. */
export function vouchedFor(level: Exclude<Level, 'none'>): string {
  return VOUCHED + level;
}

/** How surely a person was proven by these methods (`amr`, RFC 8176). */
export function levelOf(amr: readonly string[] = []): Level {
  const has = (methods: readonly string[]) => methods.some((method) => amr.includes(method));
  if ((has(PASSKEYS) && amr.includes('user')) || has([vouchedFor('phishing-resistant')])) return 'phishing-resistant';
  return (has(FIRST) && has(SECOND)) || has([vouchedFor('mfa')]) ? 'mfa' : 'none';
}

/**
 * Whether these methods are enough: for whoever asks for a level, and for an account that asks for a second step. A trusted
 * browser saves its person the step that their own account asks for, and nothing that anybody else asks for.
 */
export function isEnough(
  amr: readonly string[] = [],
  { need, secondStep = false }: { need: Level; secondStep?: boolean },
): boolean {
  const level = levelOf(amr);
  return meets(level, need) && (!secondStep || meets(level, 'mfa') || amr.includes(TRUSTED_DEVICE));
}

/** The `acr` of a session proven by these methods; undefined when that is nothing special. */
export function acrOf(amr: readonly string[]): string | undefined {
  return acrFor(levelOf(amr));
}

/** The word with which a sign-in of that level is asked for. */
export function acrFor(level: Level): string | undefined {
  return WORDS.find(([, named]) => named === level)?.[0];
}

/**
 * What a request with these `acr_values` needs: they are alternatives, so the weakest of them; nothing for words that are not
 * ours (OIDC Core 3.1.2.1).
 */
export function levelAsked(acrValuesAsked: unknown): Level {
  const asked = typeof acrValuesAsked === 'string' ? acrValuesAsked.split(' ') : [];
  return WORDS.find(([word]) => asked.includes(word))?.[1] ?? 'none';
}

/** What a request needs: its `acr_values`, and an essential `acr` of its `claims` (OIDC Core 5.5.1.1). */
export function levelRequested(params: Record<string, unknown>): Level {
  return strongest(levelAsked(params['acr_values']), levelAsked(essentialAcr(claimsOf(params))?.join(' ')));
}

/** The values of an `acr` that the request cannot do without; undefined where it asks for none. */
export function essentialAcr(claims: unknown): string[] | undefined {
  const { essential, value, values = [value] } = memberOf(memberOf(claims, 'id_token'), 'acr');
  if (essential !== true || (value === undefined && Array.isArray(values) && values[0] === undefined)) return undefined;
  return Array.isArray(values) ? values.map(String) : [];
}

/** The library has checked that it is JSON before it is kept. */
function claimsOf({ claims }: Record<string, unknown>): unknown {
  return typeof claims === 'string' ? JSON.parse(claims) : undefined;
}

function memberOf(from: unknown, name: string): Record<string, unknown> {
  const member: unknown = Object(from)[name];
  return typeof member === 'object' && member !== null ? { ...member } : {};
}

/** What a visit needs, of all who may ask: the issuer, the client and its request. */
export function needOf(issuer: Level, client: Level, params: Record<string, unknown>): Level {
  return strongest(issuer, client, levelRequested(params));
}

/** What others may learn of the methods of a session: no marks, and `mfa` where that is what they come to (RFC 8176 2). */
export function publicMethods(amr: readonly string[]): string[] {
  const shown = amr.filter((method) => !method.includes(':') && method !== TRUSTED_DEVICE && method !== 'mfa');
  return meets(levelOf(amr), 'mfa') || amr.includes('mfa') ? [...shown, 'mfa'] : shown;
}
