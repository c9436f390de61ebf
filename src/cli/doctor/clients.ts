import type { ClientSettings } from '../../clients/index.ts';
import { secretToken } from '../../kit/random.ts';
import { OutboundError } from '../../outbound/index.ts';
import { mendOf } from '../../upstreams/index.ts';
import type { ChangingRooms, CommandSettings } from '../command.ts';
import { broken, fine, type Finding } from './finding.ts';
import { actAs } from './relying_party.ts';
import { signIn, type Person } from './sign_in.ts';
import { createVisitor, type Visitor } from './visitor.ts';

/** What the walk through the apps works with. */
interface ClientsDeps {
  settings: Pick<CommandSettings, 'issuer' | 'clients' | 'protocol'>;
  rooms: Pick<ChangingRooms, 'accounts' | 'passwords'>;
  ask: typeof fetch;
}

const EXPLAIN = 'run ./gatehouse explain with the reference';

/** Goes with an account of its own through each app, up to the code. The account is taken away whatever happens. */
export async function* walkClients(deps: ClientsDeps): AsyncGenerator<Finding, void, void> {
  const { settings, rooms, ask } = deps;
  if (settings.clients.length === 0) {
    yield fine('clients', 'there are none');
    return;
  }
  // What an earlier run had to leave behind.
  await rooms.accounts.removeLeftThrowAways();
  const password = secretToken();
  const account = await rooms.accounts.createThrowAway(await rooms.passwords.hash(password));
  try {
    yield fine('account', 'a throw-away account is there until the end');
    const visitor = createVisitor({ issuer: settings.issuer, ask });
    const person = { email: account.address?.stored ?? '', password };
    for (const client of settings.clients) yield await walkOne(deps, client, visitor, person);
  } finally {
    await rooms.accounts.remove(account.id);
  }
}

async function walkOne(deps: ClientsDeps, client: ClientSettings, visitor: Visitor, person: Person): Promise<Finding> {
  const check = `client ${client.client_id}`;
  try {
    if (client.type === 'service') return await speakForItself(deps, client, check);
    if (client.type === 'device') return await askForCode(deps, client, check);
    return await throughBrowser(deps, client, check, visitor, person);
  } catch (error) {
    // openid-client puts an error of its own around what its fetch threw.
    const inner = error instanceof Error && error.cause instanceof OutboundError ? error.cause : error;
    if (!(inner instanceof OutboundError)) throw error;
    const { says, mend } = mendOf(inner);
    return broken(check, says, mend);
  }
}

/** RFC 6749 4.4: no person and no browser. */
async function speakForItself({ settings, ask }: ClientsDeps, client: ClientSettings, check: string): Promise<Finding> {
  const party = await actAs(settings, client, ask);
  if (party.silent !== undefined) return fine(check, `not walked: ${party.silent}`);
  const given = await party.credentials();
  return given.ok ? fine(check, 'it gets an access token for itself') : broken(check, given.says, given.mend);
}

/** RFC 8628: its person would sign in elsewhere. */
async function askForCode({ settings, ask }: ClientsDeps, client: ClientSettings, check: string): Promise<Finding> {
  if (!settings.protocol.device_flow) return fine(check, 'not walked: protocol.device_flow is off');
  const party = await actAs(settings, client, ask);
  const given = await party.device();
  return given.ok ? fine(check, 'it gets a code for its person to type') : broken(check, given.says, given.mend);
}

async function throughBrowser(
  { settings, ask }: ClientsDeps,
  client: ClientSettings,
  check: string,
  visitor: Visitor,
  person: Person,
): Promise<Finding> {
  const [redirectUri] = client.redirect_uris ?? [];
  if (redirectUri === undefined)
    return broken(check, 'it has no redirect URI', 'add the one that the app prints to redirect_uris');
  const party = await actAs(settings, client, ask);
  if (party.barred !== undefined) return fine(check, `not walked: ${party.barred}`);
  const trip = await party.begin(redirectUri);
  if (!trip.ok) return broken(check, trip.says, trip.mend);
  const stop = await signIn(visitor, await visitor.open(trip.url), person);
  if (stop.kind === 'waits') return fine(check, `walked as far as ${stop.screen}: ${stop.says}`);
  if (stop.kind === 'stuck' && client['allow'] !== undefined) {
    return fine(check, `walked as far as ${stop.screen}: it lets only some accounts in (allow)`);
  }
  if (stop.kind === 'stuck') {
    const reference = stop.reference === undefined ? '' : ` (reference ${stop.reference})`;
    return broken(check, `it ends at the page ${stop.screen}${reference}`, EXPLAIN);
  }
  const at = new URL(stop.url);
  if (stop.url.split(/[?#]/, 1)[0] !== redirectUri.split(/[?#]/, 1)[0]) {
    return broken(check, `people end at ${at.origin}${at.pathname}, not at ${redirectUri}`, 'look at redirect_uris');
  }
  const error = at.searchParams.get('error');
  if (error !== null) return broken(check, `${error}: ${at.searchParams.get('error_description') ?? ''}`, EXPLAIN);
  if (!at.searchParams.has('code')) return broken(check, `no code arrives at ${redirectUri}`, 'look at response_modes');
  const arrived = `a code arrives at ${redirectUri}`;
  if (party.silent !== undefined) return fine(check, `${arrived}; it is not redeemed: ${party.silent}`);
  const redeemed = await trip.redeem(stop.url);
  if (!redeemed.ok) return broken(check, `${arrived}; ${redeemed.says}`, redeemed.mend);
  return fine(check, `${arrived}, and its tokens hold`);
}
