import type { Context } from 'koa';
import type { Arrival, Outcome } from '../accounts/index.ts';
import { IdpError } from '../kit/errors.ts';
import type { Visit } from '../oidc/index.ts';
import { awaitCode } from './await_code.ts';
import type { SignInDeps } from './deps.ts';
import { finishSignIn } from './finish.ts';
import { bindingOf, moveTo } from './move.ts';
import type { Problem } from './problems.ts';
import type { Manner } from './steps.ts';

/** What led to an outcome: how the person came, from where, and which page says that no mail can be sent now. */
export interface Way {
  manner: Manner;
  arrival?: Arrival;
  otherwise?: (problems: Problem[]) => Promise<void>;
}

/** Leads on from a decision of the linking rule: to the session, to the next proof, or to a page that says why not. */
export async function goOn(deps: SignInDeps, ctx: Context, visit: Visit, outcome: Outcome, way: Way): Promise<void> {
  const { manner, arrival } = way;
  await recordDecision(deps, visit, outcome, manner);
  switch (outcome.decision) {
    case 'sign_in':
    case 'create_verified':
    case 'replace_shell':
    case 'join':
      return finishSignIn(deps, ctx, visit, { accountId: outcome.account.id, ...manner });
    case 'verify_address_first': {
      const sent = await deps.accounts.verifyAddress(outcome.account, deps.web.locale(ctx), bindingOf(visit));
      const address = outcome.account.address?.stored ?? '';
      return awaitCode(deps, ctx, visit, sent, { address, manner, otherwise: way.otherwise });
    }
    case 'code_first': {
      const sent = await deps.accounts.sendArrivalCode(present(arrival), bindingOf(visit));
      return awaitCode(deps, ctx, visit, sent, {
        address: outcome.address.stored,
        manner,
        otherwise: way.otherwise,
      });
    }
    case 'prove_then_join': {
      const { account, ways, provenByCode } = outcome;
      const step = { arrival: outcome.arrival, accountId: account.id, ways, provenByCode };
      return moveTo(deps, ctx, visit, { step: 'link-account', ...step });
    }
    case 'ask_address':
      return moveTo(deps, ctx, visit, { step: 'complete-profile', arrival: present(arrival) });
    case 'address_taken':
      return moveTo(deps, ctx, visit, { step: 'start', note: { kind: 'address_taken' } });
    case 'refuse_neutral':
      return moveTo(deps, ctx, visit, { step: 'start', note: { kind: 'refused', upstream: manner.upstreamId ?? '' } });
    case 'refuse_disabled':
      throw new IdpError('account_disabled', { reference: visit.reference });
    case 'refuse_signup':
      throw new IdpError('signup_closed', { reference: visit.reference });
    case 'refuse_upstream':
      throw new IdpError('not_found', { reference: visit.reference });
  }
}

async function recordDecision({ record }: SignInDeps, visit: Visit, outcome: Outcome, manner: Manner): Promise<void> {
  await record({
    type: 'sign_in.decided',
    outcome: outcome.decision.startsWith('refuse') ? 'refused' : 'ok',
    reason: outcome.decision,
    reference: visit.reference,
    clientId: visit.client.id,
    upstreamId: manner.upstreamId,
    accountId: 'account' in outcome ? outcome.account.id : undefined,
  });
}

/** Only an arrival leads to these decisions; a code without one (a local sign-up) never does. */
function present(arrival: Arrival | undefined): Arrival {
  if (!arrival)
    throw new IdpError('internal', { cause: new Error('a decision about an identity without an identity') });
  return arrival;
}
