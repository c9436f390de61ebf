import type { Context } from 'koa';
import type { Outcome } from '../accounts/index.ts';
import type { Visit } from '../oidc/index.ts';
import { accountDisabled } from './another_way.ts';
import { awaitCode, type ShowAgain } from './await_code.ts';
import { bindingOf, type SignInDeps } from './deps.ts';
import { finishSignIn, tell } from './finish.ts';
import { visitRefused } from './invited.ts';
import { moveTo, type Manner } from './steps.ts';

/** How the person came to an outcome, and the page that says when no mail can be sent now. */
export interface Way {
  manner: Manner;
  again?: ShowAgain;
  /** The account was read after the proof, in the statement that decided. */
  fresh?: boolean;
}

/** Leads on from a decision of the linking rule: to the session, to the next proof, or to a page that says why not. */
export async function goOn(deps: SignInDeps, ctx: Context, visit: Visit, outcome: Outcome, way: Way): Promise<void> {
  const { accounts, web } = deps;
  const { manner } = way;
  switch (outcome.decision) {
    case 'sign_in':
    case 'create_verified':
    case 'replace_shell':
    case 'join': {
      const told = 'told' in outcome ? outcome.told : undefined;
      return finishSignIn(deps, ctx, visit, outcome.account, manner, { fresh: way.fresh, told });
    }
    case 'verify_address_first': {
      await tell(deps, visit, outcome.told);
      const sent = await accounts.verifyAddress(outcome.account, web.locale(ctx), bindingOf(deps, ctx, visit));
      return awaitCode(deps, ctx, visit, sent, {
        address: outcome.account.address?.stored ?? '',
        linked: true,
        ...way,
      });
    }
    case 'code_first': {
      const { arrival } = outcome;
      // Only the upstream named this address, and does not vouch for it: its person looks at it before it gets a mail.
      if (!arrival.typed && arrival.identity.email?.trust === 'unverified') {
        return moveTo(deps, ctx, visit, { step: 'complete-profile', arrival });
      }
      const sent = await accounts.sendArrivalCode(outcome.arrival, bindingOf(deps, ctx, visit));
      return awaitCode(deps, ctx, visit, sent, { address: outcome.address.stored, ...way });
    }
    case 'prove_then_join': {
      const { decision: _decided, account: _account, ...waiting } = outcome;
      return moveTo(deps, ctx, visit, { step: 'link-account', ...waiting });
    }
    case 'ask_address':
      return moveTo(deps, ctx, visit, { step: 'complete-profile', arrival: outcome.arrival });
    case 'address_taken':
      return moveTo(deps, ctx, visit, { step: 'start', note: { kind: 'address_taken' } });
    case 'refuse_neutral':
      return moveTo(deps, ctx, visit, { step: 'start', note: { kind: 'refused', upstream: manner.upstreamId ?? '' } });
    case 'refuse_disabled':
      throw accountDisabled(deps, ctx, visit);
    case 'refuse_signup':
      throw visitRefused(deps, ctx, visit);
    case 'refuse_upstream':
      return moveTo(deps, ctx, visit, { step: 'start', note: { kind: 'not_offered' } });
  }
}
