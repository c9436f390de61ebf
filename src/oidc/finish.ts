import type Provider from 'oidc-provider';
import type { AdapterPayload, InteractionResults } from 'oidc-provider';
import type { Step } from '../database/index.ts';
import type { RecordDeed, SecurityEvent } from '../events/index.ts';
import type { Sealer } from '../keys/index.ts';
import { epochSeconds, now } from '../kit/clock.ts';
import { IdpError } from '../kit/errors.ts';
import { acrOf } from './assurance.ts';
import { models } from './artifacts/models.ts';
import { inOneUnit, inRequestScope } from './artifacts/request_scope.ts';
import { toRow } from './artifacts/rows.ts';
import type { Oidc, Visit, VisitResult } from './door.ts';
import type { Grants, PreparedGrant } from './grants.ts';
import { methodsWithWay } from './login_way.ts';
import type { LiveVisit, Visits } from './visits.ts';

/** What finishing works with. */
interface FinishDeps {
  sealer: Sealer;
  visits: Pick<Visits, 'live' | 'ofBrowser'>;
  engine: () => { provider: Provider; grants: Pick<Grants, 'prepare'> };
  recordDeed: RecordDeed;
}

/**
 * Decides who finishes a prompt. Waits for whoever holds the account to change what opens it, and does nothing once the proof
 * of a login is of an epoch that is over.
 */
const finishOnce = {
  name: 'visits_finish',
  text: `with proven as (select from accounts where id = $3 and proof_epoch = $4 for share)
         update visits set finished_at = $2, account_id = coalesce($3, account_id)
         where uid_hash = $1 and finished_at is null and expires_at > $2
           and ($4::int is null or exists (select from proven))`,
};
/** Writes what was said, in the same transaction: the two cannot come apart. */
const answer = {
  name: 'interactions_answer',
  text: 'update interactions set payload = $3::jsonb where id = $1 and expires_at > $2',
};

/** Ends prompts: writes the result where the library's resume will read it. */
export function createFinish(deps: FinishDeps): Pick<Oidc, 'finish' | 'abort' | 'onward'> {
  return {
    async finish(visit, result, events = [], deed = []) {
      const live = await deps.visits.live(visit);
      if (!live) return alreadyFinished(deps, visit, toLibraryResult(visit, result));
      // What earlier prompts of this visit said still holds; the library would forget it.
      const said = { ...live.interaction.lastSubmission, ...toLibraryResult(visit, result) };
      if (!result.consent) return end(deps, live, said, { deed, events, proofEpoch: result.login?.proofEpoch });
      const grant = await prepareGrant(deps, visit);
      const given = await inOneUnit(() => grant.save());
      const also = { deed: [...given.deed, ...deed], events: [...given.events, ...events] };
      return end(deps, live, { ...said, consent: { grantId: grant.id } }, also);
    },
    async abort(visit, error) {
      const live = await deps.visits.live(visit);
      const result = { error, error_description: 'End-User aborted interaction' };
      return live ? end(deps, live, result, { deed: [], events: [] }) : alreadyFinished(deps, visit, result);
    },
    async onward(uid, browserHash) {
      const record = await deps.visits.ofBrowser(uid, browserHash).catch(() => undefined);
      const { finishedAt, interaction } = record ?? {};
      return finishedAt && interaction?.result ? returnTo(interaction) : undefined;
    },
  };
}

/** Writes what a prompt says. `also` is done by whoever wins, in the same transaction, and by nobody else. */
async function end(
  deps: FinishDeps,
  { visit, interaction }: LiveVisit,
  result: InteractionResults,
  also: { deed: Step[]; events: SecurityEvent[]; proofEpoch?: number | undefined },
): Promise<string> {
  const row = toRow(models.Interaction, deps.sealer, visit.uid, { ...interaction, result });
  const at = now();
  const finish: Step = {
    statement: finishOnce,
    values: [row.id, at, result.login?.accountId ?? null, also.proofEpoch ?? null],
    decisive: true,
  };
  const say: Step = { statement: answer, values: [row.id, at, row.payload], decisive: true };
  const finished: SecurityEvent = {
    type: 'oidc.prompt_finished',
    outcome: 'error' in result ? 'refused' : 'ok',
    reference: visit.reference,
    clientId: visit.client.id,
    accountId: result.login?.accountId ?? visit.accountId,
    reason: visit.prompt.name,
  };
  const won = await deps.recordDeed([finish, say, ...also.deed], [...also.events, finished]);
  return won ? returnTo(interaction) : alreadyFinished(deps, visit, result);
}

/** A second click leads on like the first; anything else comes too late. */
async function alreadyFinished(deps: FinishDeps, visit: Visit, result: InteractionResults): Promise<string> {
  const { interaction } = await deps.visits.ofBrowser(visit.uid, visit.browserHash);
  if (interaction?.result && sameOutcome(interaction.result, result)) return returnTo(interaction);
  throw new IdpError('interaction_expired', { reference: visit.reference });
}

function sameOutcome(first: InteractionResults, second: InteractionResults): boolean {
  return first.login?.accountId === second.login?.accountId && first['error'] === second['error'];
}

function returnTo({ returnTo: url }: AdapterPayload): string {
  if (url === undefined) throw new TypeError('an interaction without a way back');
  return url;
}

/**
 * A prompt that the client asked for is answered once its name stands in the result. What stands under these two the
 * library reads (who signed in, which grant), so that nothing but a real answer may be there.
 */
const READ_BY_THE_LIBRARY: ReadonlySet<string> = new Set(['login', 'consent']);

/** The prompt counts as answered, and the time of a login is the time of the proof, not of a later page. */
function toLibraryResult(visit: Visit, { login }: VisitResult): InteractionResults {
  const answered = READ_BY_THE_LIBRARY.has(visit.prompt.name) ? {} : { [visit.prompt.name]: {} };
  if (!login) return answered;
  const { provenAt = epochSeconds(), proofEpoch: _compared, upstreamId, amr, ...proven } = login;
  return { ...answered, login: { ...proven, amr: methodsWithWay(amr, upstreamId), acr: acrOf(amr), ts: provenAt } };
}

/** What there was before is looked for now; what is given is written with the answer. */
async function prepareGrant({ engine }: FinishDeps, visit: Visit): Promise<PreparedGrant> {
  const { accountId, reference, client } = visit;
  const { provider, grants } = engine();
  if (accountId === undefined) throw new IdpError('interaction_expired', { reference });
  const holder = { accountId, clientId: client.id, reference };
  return inRequestScope(() => grants.prepare(provider, holder, visit.scopes.missing));
}
