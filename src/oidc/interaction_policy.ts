import { decodeJwt } from 'jose';
import { interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';
import { strongest, type Level } from '../clients/index.ts';
import { isEnough, levelRequested } from './assurance.ts';
import { allows, isFirstParty, isNative, requiredBy, takesWay } from './client_traits.ts';
import { wayOf } from './login_way.ts';

const { base, Check, Prompt } = interactionPolicy;

type Predicate = (ctx: KoaContextWithOIDC) => boolean | Promise<boolean>;

interface Rule {
  reason: string;
  /** For developers: the `error_description` of `prompt=none`. */
  description: string;
  error?: string;
  asks: Predicate;
}

interface PolicyDeps {
  sessionMax: number;
  /** How surely everybody must be proven. */
  need: Level;
  /** The subject under which a client knows an account. */
  subjectFor(ctx: KoaContextWithOIDC, accountId: string): string;
}

/**
 * Which page comes next, as data: the first prompt of which one rule asks. The order is select_account, create, login,
 * consent: whoever asks for `prompt=create` must not see a login page first (OpenID Connect Prompt Create 1.0, 4.1).
 * `login` and `consent` begin with the library's own rules.
 */
export function createInteractionPolicy(deps: PolicyDeps): interactionPolicy.DefaultPolicy {
  const policy = base();
  policy.add(new Prompt({ name: 'select_account', requestable: true }), 0);
  policy.add(new Prompt({ name: 'create', requestable: true }), 1);
  const [, , login, consent] = policy;
  if (!login || !consent) throw new TypeError('the library has changed its prompts');
  // The library's details repeat the ID token hint; pages need less.
  login.details = ({ oidc }) => ({ max_age: oidc.params?.['max_age'], login_hint: oidc.params?.['login_hint'] });
  // Ours knows that a passkey is more than a second factor.
  for (const name of ['essential_acr', 'essential_acrs']) login.checks.remove(name);
  replace(login, loginRules(deps));
  replace(consent, consentRules);
  return policy;
}

function loginRules({ sessionMax, need, subjectFor }: PolicyDeps): Rule[] {
  return [
    {
      // As the library's own, but for a session that only proved more: its first proof is as old as it was.
      reason: 'max_age',
      description: 'End-User authentication could not be obtained',
      asks: ({ oidc }) => oidc.params?.['max_age'] !== undefined && isOlder(oidc, Number(oidc.params['max_age'])),
    },
    {
      reason: 'account_unusable',
      description: 'the account of the session cannot be used any more',
      asks: ({ oidc }) => oidc.session?.accountId !== undefined && oidc.account === undefined,
    },
    {
      reason: 'session_too_old',
      description: 'End-User authentication is too old',
      asks: ({ oidc }) => oidc.session?.accountId !== undefined && isOlder(oidc, sessionMax),
    },
    {
      reason: 'way_not_taken',
      description: 'the End-User signed in by a way that this client does not take',
      asks: ({ oidc }) => oidc.session?.accountId !== undefined && !takesWay(oidc.client, wayOf(oidc.session.amr)),
    },
    {
      // RFC 6749 4.1.2.1: what no page can change ends in a refusal, also where none may be shown.
      reason: 'not_allowed',
      description: 'the account of the End-User may not use this client',
      error: 'access_denied',
      asks: async ({ oidc }) =>
        oidc.session?.accountId !== undefined &&
        oidc.account !== undefined &&
        !allows(oidc.client, await oidc.account.claims('id_token', '', {}, [])),
    },
    {
      // The library compares only before the first page; whoever signs in there must be the hinted person, too.
      reason: 'id_token_hint',
      description: 'id_token_hint and authenticated subject do not match',
      asks(ctx) {
        const hinted = hintedSubject(ctx);
        const accountId = ctx.oidc.session?.accountId;
        if (hinted === undefined) return false;
        return accountId === undefined || subjectFor(ctx, accountId) !== hinted;
      },
    },
    ...levelRules(need),
  ];
}

/** Who proved too little proves more, in the same session: see `raiseSession` of sign_in, which knows these reasons. */
function levelRules(need: Level): Rule[] {
  const asksOf = (enough: (oidc: Oidc) => Parameters<typeof isEnough>[1]): Predicate => {
    return ({ oidc }) => oidc.session?.accountId !== undefined && !isEnough(oidc.session.amr, enough(oidc));
  };
  return [
    {
      reason: 'second_step',
      description: 'the account asks for a second factor',
      asks: asksOf(({ account }) => ({ need: 'none', secondStep: account?.['secondStep'] === true })),
    },
    {
      reason: 'require',
      description: 'the issuer or this client requires stronger authentication',
      asks: asksOf(({ client }) => ({ need: strongest(need, requiredBy(client)) })),
    },
    {
      reason: 'acr_values',
      description: 'none of the requested ACRs could be obtained',
      asks: asksOf(({ params }) => ({ need: levelRequested({ ...params }) })),
    },
  ];
}

type Oidc = KoaContextWithOIDC['oidc'];

/** Whether the first proof of a session is older than so many seconds, and was not made anew in this visit. */
function isOlder({ session, result }: Oidc, seconds: number): boolean {
  const anew = result?.login !== undefined && result.login['raised'] !== true;
  return !anew && (session === undefined || session.past(seconds));
}

const consentRules: Rule[] = [
  {
    // OIDC Core 11 wants prompt=consent for offline_access; one of our own apps has our consent once and for all.
    reason: 'consent_prompt',
    description: 'consent prompt was not resolved',
    asks: ({ oidc }) => !isFirstParty(oidc.client) && oidc.prompts.has('consent') && oidc.promptPending('consent'),
  },
  {
    // RFC 8252 8.6: nothing vouches for an app behind a custom scheme or a loopback port, so a person looks each time.
    reason: 'native_client_prompt',
    description: 'native clients require End-User interaction',
    error: 'interaction_required',
    asks: ({ oidc }) =>
      isNative(oidc.client) &&
      !isFirstParty(oidc.client) &&
      !String(oidc.params?.['redirect_uri']).startsWith('https:') &&
      !oidc.result?.consent,
  },
];

/** Puts our rules in front; one of the same reason replaces the library's. */
function replace(prompt: interactionPolicy.Prompt, rules: Rule[]): void {
  for (const { reason, description, error, asks } of rules.toReversed()) {
    prompt.checks.remove(reason);
    prompt.checks.add(new Check(reason, description, error ?? `${prompt.name}_required`, asks), 0);
  }
}

/** Of a hint that was verified when the request came in; later pages of the visit find it in what we stored of it. */
function hintedSubject({ oidc }: KoaContextWithOIDC): unknown {
  const hint = oidc.params?.['id_token_hint'];
  return oidc.entities.IdTokenHint?.payload['sub'] ?? (typeof hint === 'string' ? decodeJwt(hint).sub : undefined);
}
