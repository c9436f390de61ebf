import { epochSeconds } from '../../kit/clock.ts';
import { IdpError } from '../../kit/errors.ts';
import type { Sealer } from '../../keys/index.ts';
import { OutboundError, type Outbound } from '../../outbound/index.ts';
import type { Sides } from './sides.ts';

/** Who signs out: as the upstream knows them, and their session there where it told us of one. */
export interface SignedInThere {
  upstreamId: string;
  subject: string;
  sid?: string;
}

/** What signing out at upstreams works with. */
interface UpstreamLogoutDeps {
  issuer: string;
  sealer: Sealer;
  find: Sides['find'];
  fetch: Outbound['fetch'];
}

/** Signing out there after signing out here (RP-Initiated Logout 1.0). */
export interface UpstreamLogout {
  /**
   * The URL there, which leads back to `/upstream/:id/signed-out` and from there to `to`. Undefined where the config does not
   * want it, the upstream has none, or does not answer now: nobody is sent to a page that is not there.
   */
  url(who: SignedInThere, to: string): Promise<string | undefined>;
  /** Where somebody who comes back goes: where they wanted to, else our own page that says that they are signed out. */
  cameBack(id: string, state: string): string;
}

/** The page that says so; the protocol engine has it. */
const SIGNED_OUT = '/oidc/logout/success';
/** Nobody waits longer for an upstream while they leave. */
const ANSWER_MILLISECONDS = 1500;
const WAY_BACK_SECONDS = 3600;

/** Opens it. Where people go afterwards is in nothing but a sealed `state`: only we can have written it. */
export function createUpstreamLogout({ issuer, sealer, find, fetch }: UpstreamLogoutDeps): UpstreamLogout {
  const context = (id: string) => `upstream signed-out ${id}`;
  return {
    async url({ upstreamId: id, subject, sid }, to) {
      const upstream = find(id);
      const logout = upstream?.definition.lifecycle?.logout;
      const endpoint = upstream?.metadata.current()?.endpoints['end_session'];
      if (!upstream || !logout || endpoint === undefined || upstream.definition.logout !== 'rp-initiated')
        return undefined;
      if (upstream.isPaused() || !(await answers(fetch, endpoint))) return undefined;
      const url = new URL(endpoint);
      url.searchParams.set('client_id', upstream.definition.client_id);
      url.searchParams.set(logout.return_as, `${issuer}/upstream/${id}/signed-out`);
      if (logout.hint) url.searchParams.set('logout_hint', sid ?? subject);
      const state = JSON.stringify({ to, until: epochSeconds() + WAY_BACK_SECONDS });
      url.searchParams.set('state', sealer.seal(state, context(id)));
      return url.href;
    },
    cameBack(id, state) {
      try {
        const { to, until } = JSON.parse(sealer.open(state, context(id)));
        return until > epochSeconds() ? to : SIGNED_OUT;
      } catch (cause) {
        if (cause instanceof IdpError) return SIGNED_OUT;
        throw cause;
      }
    },
  };
}

/** Whatever it says: a redirect or a refusal comes from somebody who is there. */
async function answers(fetch: Outbound['fetch'], endpoint: string): Promise<boolean> {
  try {
    const answer = await fetch(endpoint, { method: 'HEAD', signal: AbortSignal.timeout(ANSWER_MILLISECONDS) });
    return answer.status < 500;
  } catch (cause) {
    return cause instanceof OutboundError && cause.reason === 'redirect';
  }
}
