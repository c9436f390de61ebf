import Provider, { errors, type Adapter, type AdapterPayload } from 'oidc-provider';
import type { Database, Step } from '../../database/index.ts';
import { now } from '../../kit/clock.ts';
import { IdpError } from '../../kit/errors.ts';
import type { OidcDeps } from '../deps.ts';
import { asContext } from '../protocol_errors.ts';
import { models } from './models.ts';
import { currentUnit, noteStored } from './request_scope.ts';
import { storedId } from './rows.ts';

/** What a code belongs to, and what counts those who guess. */
export interface DeviceCodesDeps {
  database: Pick<Database, 'run'>;
  web: Pick<OidcDeps['web'], 'browser' | 'clientAddress' | 'note'>;
  limits: OidcDeps['limits'];
}

const RULE = 'device_code_address';

/**
 * Decides whose a code is: the browser that confirmed it first, until it is answered, and that once. A person who steps back may
 * type it again.
 */
const answer = {
  name: 'device_codes_answer',
  text: `update device_codes set claimed_by = $2, answered_at = $3
         where id = $1 and answered_at is null and (claimed_by is null or claimed_by = $2) and expires_at > $4`,
};
const claimedBy = { name: 'device_codes_claimed_by', text: 'select claimed_by from device_codes where id = $1' };

/** The adapter of device codes: guesses are counted, and of all who type a code one answers it (RFC 8628 5.1, 5.4). */
export function deviceCodes(adapter: Adapter, { database, web, limits }: DeviceCodesDeps): Adapter {
  return {
    ...adapter,
    async findByUserCode(userCode) {
      const ctx = requestOf();
      const address = web.clientAddress(ctx);
      const taken = await limits.take(RULE, address);
      if (!taken.ok) throw tooMany(taken.retryAfter);
      const found = await adapter.findByUserCode(userCode);
      if (!found) return undefined;
      await limits.giveBack(RULE, address);
      noteStored(models.DeviceCode.table, String(found.jti));
      noteReference(web, found);
      return { ...found, inFlight: found.inFlight === true && !(await isMine(found)) };
    },
    async upsert(id, payload, expiresIn) {
      // A person answers within a unit; a device that asks for a code does not.
      currentUnit()?.deed.push(answering(id, payload));
      await adapter.upsert(id, payload, expiresIn);
    },
  };

  async function isMine({ jti }: AdapterPayload): Promise<boolean> {
    const { rows } = await database.run<{ claimed_by: string | null }>(claimedBy, [
      storedId(models.DeviceCode, String(jti)),
    ]);
    return rows[0]?.claimed_by === web.browser.read(requestOf());
  }

  function answering(id: string, { accountId, error }: AdapterPayload): Step {
    const answered = accountId !== undefined || error !== undefined;
    const values = [storedId(models.DeviceCode, id), web.browser.ensure(requestOf()), answered ? now() : null, now()];
    return { statement: answer, values, decisive: true };
  }
}

/** One reference from the device's request to its answer. */
function noteReference(web: DeviceCodesDeps['web'], { deviceInfo }: AdapterPayload): void {
  const reference = deviceInfo?.['reference'];
  if (typeof reference === 'string') web.note(requestOf(), { reference });
}

function requestOf() {
  const { ctx } = Provider;
  if (!ctx) throw new TypeError('a device code outside of a request');
  return asContext(ctx);
}

/** Told by the page on which the code was typed. */
function tooMany(retryAfter: number): Error {
  const cause = new IdpError('too_many_requests', { retryAfter });
  return new errors.InvalidRequest('too many codes were tried', undefined, { cause });
}
