import type Provider from 'oidc-provider';
import type { AdapterPayload, InteractionResults } from 'oidc-provider';
import type { Database } from '../database/index.ts';
import type { RecordEvent } from '../events/index.ts';
import type { Sealer } from '../keys/index.ts';
import { epochSeconds, now } from '../kit/clock.ts';
import { IdpError } from '../kit/errors.ts';
import { models } from './artifacts/models.ts';
import { inRequestScope } from './artifacts/request_scope.ts';
import { toRow } from './artifacts/rows.ts';
import type { Visit, VisitResult } from './door.ts';
import type { Grants, PreparedGrant } from './grants.ts';
import { methodsWithWay } from './login_way.ts';
import type { LiveVisit, Visits } from './visits.ts';

/** What finishing works with. */
interface FinishDeps {
  database: Database;
  sealer: Sealer;
  visits: Pick<Visits, 'find' | 'ofBrowser'>;
  interactions: { find(ids: string[]): Promise<Map<string, AdapterPayload>> };
  engine: () => { provider: Provider; grants: Pick<Grants, 'prepare'> };
  record: RecordEvent;
}

/** One statement decides who finishes a prompt, and writes what it says: the two cannot come apart. */
const finishOnce = {
  name: 'visits_finish',
  text: `with won as (
           update visits set finished_at = $2, account_id = coalesce($3, account_id)
           where uid_hash = $1 and finished_at is null and expires_at > $2 returning uid_hash
         )
         update interactions i set payload = $4::jsonb from won where i.id = won.uid_hash and i.expires_at > $2`,
};

/** Ends prompts: writes the result where the library's resume will read it. */
export function createFinish(deps: FinishDeps): {
  finish(visit: Visit, result: VisitResult): Promise<string>;
  abort(visit: Visit, error: 'access_denied'): Promise<string>;
  onward(uid: string, browserHash: string | undefined): Promise<string | undefined>;
} {
  return {
    async finish(visit, result) {
      const live = await stillOpen(deps, visit);
      if (!live) return alreadyFinished(deps, visit, toLibraryResult(visit, result));
      // What earlier prompts of this visit said still holds; the library would forget it.
      const answer = { ...live.interaction.lastSubmission, ...toLibraryResult(visit, result) };
      if (!result.consent) return end(deps, live, answer);
      const grant = await prepareGrant(deps, live.visit);
      return end(deps, live, { ...answer, consent: { grantId: grant.id } }, () => inRequestScope(() => grant.save()));
    },
    async onward(uid, browserHash) {
      const record = await deps.visits.ofBrowser(uid, browserHash).catch(() => undefined);
      if (!record?.finishedAt) return undefined;
      const interaction = (await deps.interactions.find([uid])).get(uid);
      return interaction?.result && returnTo(interaction);
    },
    async abort(visit, error) {
      const live = await stillOpen(deps, visit);
      const result = { error, error_description: 'End-User aborted interaction' };
      return live ? end(deps, live, result) : alreadyFinished(deps, visit, result);
    },
  };
}

/** Writes what a prompt says. `afterwards` is done by whoever wins, and by nobody else. */
async function end(
  deps: FinishDeps,
  { visit, interaction }: LiveVisit,
  result: InteractionResults,
  afterwards: () => Promise<void> = async () => {},
): Promise<string> {
  const payload: AdapterPayload = { ...interaction, result };
  const row = toRow(models.Interaction, deps.sealer, visit.uid, payload);
  const values = [row.id, now(), result.login?.accountId ?? null, row.payload];
  const { rowCount } = await deps.database.run(finishOnce, values);
  if (rowCount !== 1) return alreadyFinished(deps, visit, result);
  await afterwards();
  await deps.record({
    type: 'oidc.prompt_finished',
    outcome: 'error' in result ? 'refused' : 'ok',
    reference: visit.reference,
    clientId: visit.client.id,
    accountId: result.login?.accountId ?? visit.accountId,
    reason: visit.prompt.name,
  });
  return returnTo(interaction);
}

/** The visit as it is now: between the page and this moment another tab may have ended it. */
async function stillOpen({ visits }: FinishDeps, visit: Visit): Promise<LiveVisit | undefined> {
  const record = await visits.ofBrowser(visit.uid, visit.browserHash);
  return record.finishedAt ? undefined : visits.find(visit.uid, visit.browserHash);
}

/** A second click leads on like the first; anything else comes too late. */
async function alreadyFinished(deps: FinishDeps, visit: Visit, result: InteractionResults): Promise<string> {
  const interaction = (await deps.interactions.find([visit.uid])).get(visit.uid);
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
  const { provenAt = epochSeconds(), upstreamId, amr, ...proven } = login;
  return { ...answered, login: { ...proven, amr: methodsWithWay(amr, upstreamId), ts: provenAt } };
}

/** Should the process die before the grant is saved, the person is asked once more. */
async function prepareGrant({ engine }: FinishDeps, visit: Visit): Promise<PreparedGrant> {
  const { accountId, reference, client } = visit;
  const { provider, grants } = engine();
  if (accountId === undefined) throw new IdpError('interaction_expired', { reference });
  const holder = { accountId, clientId: client.id, reference };
  return inRequestScope(() => grants.prepare(provider, holder, visit.scopes.missing));
}
