import { claimOrigins, type Account } from '../accounts/index.ts';
import { strongest, toMetadata, type ClientSettings, type Level } from '../clients/index.ts';
import type { Preview } from '../oidc/index.ts';
import type { Call, CommandSettings } from './command.ts';
import { findAccount, noSuchAccount } from './accounts/find_account.ts';
import type { FoundClient } from './find_client.ts';
import { groupsHeld } from './accounts/grouping.ts';
import { withRooms } from './contexts.ts';
import type { CommandOptions } from './options.ts';
import { print, refuse, table } from './output.ts';

/** What `clients show` takes to print tokens. */
export const claimOptions = {
  for: { value: 'account', says: 'print the claims that the app would get for this account (id or address)' },
  scope: { value: 'scopes', says: 'what the app asks for, in quotes; openid profile email when absent' },
  resource: { value: 'uri', says: 'the API that the token is for' },
  amr: { value: 'methods', says: 'how the person signed in (pwd, fed, otp ...); pwd when absent' },
} satisfies CommandOptions;

interface SaidClaim {
  claim: string;
  value: unknown;
  from: string;
}

/** What proves somebody this surely, where the command does not say how they signed in. */
const METHODS: Record<Level, string> = { none: 'pwd', mfa: 'pwd otp', 'phishing-resistant': 'hwk user' };

/** Prints each claim of each token with where it came from, as the engine itself would issue it. */
export function showClaims(call: Call, { client, registered }: FoundClient): Promise<number> {
  const { for: wanted = '', scope = 'openid profile email', resource, amr } = call.texts;
  return withRooms(call, async (rooms, { accounts }, settings) => {
    const account = await findAccount(accounts, wanted);
    if (!account) return noSuchAccount(call);
    const methods = (amr ?? METHODS[levelOf(settings, client)]).split(/[\s,]+/).filter(Boolean);
    const scopes = scope.split(' ').filter(Boolean);
    const wish = { clientId: client.client_id, accountId: account.id, scopes, methods };
    const previewed = await rooms.preview({
      ...wish,
      ...(registered && { registered: toMetadata(client) }),
      ...(resource !== undefined && { resource }),
    });
    if (!previewed.ok) return refuse(call, `no tokens: ${previewed.reason}`);
    const origins = {
      ...claimOrigins(account, await accounts.identities.listOf(account.id), groupsHeld(account, settings)),
      ...protocolOrigins(client, account, methods, resource),
    };
    const said = tokensOf(previewed.preview, origins);
    print(call, said, () => said.map(blockOf).join('\n\n'));
    return 0;
  });
}

function levelOf(settings: Pick<CommandSettings, 'require'>, client: ClientSettings): Level {
  return strongest(settings.require, client.require);
}

function tokensOf({ id_token, userinfo, access_token }: Preview, origins: Record<string, string>) {
  const said = (claims: Record<string, unknown>): SaidClaim[] =>
    Object.entries(claims).map(([claim, value]) => ({ claim, value, from: origins[claim] ?? 'the protocol engine' }));
  return [
    { token: 'id_token', claims: said(id_token ?? {}) },
    { token: 'userinfo', claims: said(userinfo ?? {}) },
    {
      token: access_token.opaque ? 'access_token (opaque: at introspection)' : 'access_token',
      claims: said(access_token.claims),
    },
  ];
}

function blockOf({ token, claims }: { token: string; claims: SaidClaim[] }): string {
  const rows = claims.map(({ claim, value, from }) => [claim, JSON.stringify(value) ?? '', from]);
  return `${token}\n${table(['claim', 'value', 'from'], rows, 'nothing')}`;
}

/** What no account says: the request, the sign-in, the client, the clock. */
function protocolOrigins(client: ClientSettings, account: Account, methods: string[], resource: string | undefined) {
  const pairwise = toMetadata(client)['subject_type'] === 'pairwise';
  const aud = resource === undefined ? 'this client' : 'the resource';
  return {
    sub: pairwise
      ? `pairwise: made from ${account.id}, subject_salt and the sector of the client`
      : 'the id of the account',
    iss: 'issuer of the config',
    aud: `${aud}, for whom the token is`,
    client_id: 'this client',
    scope: 'what was asked for and granted',
    acr: `what the sign-in comes to: ${methods.join(' ')}`,
    amr: `the sign-in, taken to be ${methods.join(' ')} (--amr says another)`,
    auth_time: 'when the person signed in',
    iat: 'the clock',
    exp: 'the clock and lifetimes of the config',
    jti: 'made anew for each token',
    at_hash: 'the access token beside it',
  };
}
