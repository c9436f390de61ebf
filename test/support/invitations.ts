import { invitationId } from '../../src/accounts/index.ts';
import { parseAddress } from '../../src/kit/addresses.ts';
import { secretToken } from '../../src/kit/random.ts';
import type { World } from './world.ts';

/** Makes an invitation as an admin would, and returns its token. */
export async function invite(
  { query }: Pick<World, 'query'>,
  { to, uses = 1, seconds = 7 * 86_400 }: { to?: string; uses?: number; seconds?: number } = {},
): Promise<string> {
  const token = secretToken();
  const address = to === undefined ? undefined : parseAddress(to);
  const [canonical, stored] = address ? [`'${address.canonical}'`, `'${address.stored}'`] : ['null', 'null'];
  const [at, end] = [new Date(), new Date(Date.now() + seconds * 1000)].map((time) => `'${time.toISOString()}'`);
  await query(
    `insert into invitations (token_hash, address, stored, uses, uses_left, created_by, created_at, expires_at)
     values ('${invitationId(token)}', ${canonical}, ${stored}, ${uses}, ${uses}, 'test', ${at}, ${end})`,
  );
  return token;
}
