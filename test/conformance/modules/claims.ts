import { checkClaimTypes, checkScopeClaims, checkUserinfo, SCOPES } from '../checks/userinfo.ts';
import { askUserinfo, happy } from '../flow.ts';
import { Skipped, type Play, type Run } from '../run.ts';

/** The claims of these scopes come from userinfo, or in the ID token where there is no access token (OIDC Core 5.4). */
async function scopes(run: Run, wanted: readonly string[], scope = ['openid', ...wanted].join(' ')): Promise<void> {
  const supported = run.stage.metadata['scopes_supported'];
  const lacking = wanted.find((name) => Array.isArray(supported) && !supported.includes(name));
  if (lacking !== undefined) throw new Skipped(`Discovery does not list the scope ${lacking}.`);
  const { claims, userinfo, accessToken } = await happy(run, { params: { scope } });
  const released = accessToken === undefined ? claims : (userinfo ?? {});
  checkClaimTypes(run, released);
  checkScopeClaims(run, released, wanted);
  const early = wanted
    .flatMap((name) => SCOPES[name] ?? [])
    .filter((name) => accessToken !== undefined && name in claims);
  run.expect(
    early.length === 0,
    `the ID token leaves to userinfo what userinfo tells; it has ${early.join(', ')}`,
    'WARNING',
  );
}

async function askedBy(run: Run, way: 'get' | 'header' | 'body'): Promise<void> {
  const { accessToken = '', claims } = await happy(run);
  checkUserinfo(run, await askUserinfo(run, accessToken, way), claims.sub);
}

async function essential(run: Run): Promise<void> {
  const idTokenOnly = run.variant.responseType === 'id_token';
  const place = idTokenOnly ? 'id_token' : 'userinfo';
  const { claims, userinfo } = await happy(run, {
    params: { claims: JSON.stringify({ [place]: { name: { essential: true } } }) },
  });
  const released = idTokenOnly ? claims : (userinfo ?? {});
  run.expect(typeof released['name'] === 'string', `name is in the ${place} that was asked for it`, 'WARNING');
  run.expect(idTokenOnly || !('name' in claims), 'name is not in the ID token, which was not asked for it', 'WARNING');
}

/** Claims of people (OIDC Core 5). */
export const claims: Record<string, Play> = {
  'oidcc-userinfo-get': (run) => askedBy(run, 'get'),
  'oidcc-userinfo-post-header': (run) => askedBy(run, 'header'),
  'oidcc-userinfo-post-body': (run) => askedBy(run, 'body'),
  'oidcc-scope-profile': (run) => scopes(run, ['profile']),
  'oidcc-scope-email': (run) => scopes(run, ['email']),
  'oidcc-scope-address': (run) => scopes(run, ['address']),
  'oidcc-scope-phone': (run) => scopes(run, ['phone']),
  'oidcc-scope-all': (run) => scopes(run, ['email', 'phone', 'address', 'profile']),
  'oidcc-alternate-happy-flow': (run) => scopes(run, ['email'], 'email openid'),
  'oidcc-claims-essential': essential,
};
