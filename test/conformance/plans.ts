import type { Profile } from './behind_tls.ts';
import { basic, dynamicFor, hybrid, implicit, logout, logoutOf, POST, userinfo } from './connect_modules.ts';
import { fapiModules } from './fapi/modules.ts';
import type { ClientAuthentication, Variant } from './run.ts';

/** One module as a plan has it. */
export interface Row {
  module: string;
  variant: Variant;
}

/** A plan of the suite. */
export interface Plan {
  /** What people type. */
  name: string;
  /** The suite's own name, and what is chosen in its menu. */
  suite: string;
  choices: string;
  /** The configuration that it is played against. */
  profile: Profile;
  rows: Row[];
}

/** Modules that only exist where clients register themselves. */
const DYNAMIC_ONLY: ReadonlySet<string> = new Set([
  'oidcc-idtoken-signature',
  'oidcc-idtoken-unsigned',
  'oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported',
]);

type Registration = Variant['registration'];
type Tables = [responseType: string, modules: string[]][];

const CODE: Tables = [['code', basic]];
const IMPLICIT: Tables = [
  ['id_token', implicit],
  ['id_token token', [...implicit, ...userinfo, 'oidcc-response-type-missing']],
];
const HYBRID: Tables = [
  ['code id_token', hybrid('fails', true)],
  ['code token', hybrid('succeeds-for-code-flow', false)],
  ['code id_token token', hybrid('fails', false)],
];

function rowsOf(
  tables: Tables,
  registration: Registration,
  { responseMode = 'default', authentication = 'client_secret_basic' }: Partial<Variant> = {},
): Row[] {
  return tables.flatMap(([responseType, modules]) =>
    modules
      .filter((module) => registration === 'dynamic' || !DYNAMIC_ONLY.has(module))
      .map((module) => {
        const own: ClientAuthentication = module === POST ? 'client_secret_post' : authentication;
        return { module, variant: { responseType, responseMode, authentication: own, registration } };
      }),
  );
}

/** A plan of response types, once for each way of registration. */
function core(name: string, tables: Tables, responseMode: Variant['responseMode']): Bare[] {
  const formPost = responseMode === 'form_post';
  return (['static', 'dynamic'] as const).map((registration) => ({
    name: `${formPost ? 'formpost-' : ''}${name}${registration === 'static' ? '-static' : ''}`,
    suite: `oidcc-${formPost ? 'formpost-' : ''}${name}-certification-test-plan`,
    choices: `${registration}_client`,
    rows: rowsOf(tables, registration, { responseMode }),
  }));
}

type Bare = Omit<Plan, 'profile'>;

const cores: [string, Tables][] = [
  ['basic', CODE],
  ['implicit', IMPLICIT],
  ['hybrid', HYBRID],
];

const ofConnect: Bare[] = [
  {
    name: 'config',
    suite: 'oidcc-config-certification-test-plan',
    choices: '',
    rows: rowsOf([['code', ['oidcc-discovery-endpoint-verification']]], 'static'),
  },
  ...cores.flatMap(([name, tables]) => core(name, tables, 'default')),
  ...cores.flatMap(([name, tables]) => core(name, tables, 'form_post')),
  ...['code', ...HYBRID.map(([type]) => type), ...IMPLICIT.map(([type]) => type)].map((type) => ({
    name: `dynamic-${type.replaceAll(' ', '-')}`,
    suite: 'oidcc-dynamic-certification-test-plan',
    choices: `response_type=${type}`,
    rows: rowsOf([[type, dynamicFor(type)]], 'dynamic', { authentication: 'private_key_jwt' }),
  })),
  {
    name: '3rdparty-init-login',
    suite: 'oidcc-3rdparty-init-login-certification-test-plan',
    choices: 'response_type=code',
    rows: rowsOf([['code', ['oidcc-3rd_party-init-login', 'oidcc-3rd_party-init-login-nohttps']]], 'dynamic'),
  },
  ...(
    [
      ['rp-initiated-logout', 'rp-initiated-logout', logout],
      ['backchannel-logout', 'backchannel-rp-initiated-logout', logoutOf('backchannel')],
      ['frontchannel-logout', 'frontchannel-rp-initiated-logout', logoutOf('frontchannel')],
      [
        'session-management',
        'session-management',
        ['discovery-endpoint-verification', 'rp-initiated-logout'].map((name) => `oidcc-session-management-${name}`),
      ],
    ] satisfies [string, string, string[]][]
  ).map(([name, suite, modules]): Bare => ({
    name,
    suite: `oidcc-${suite}-certification-test-plan`,
    choices: 'static_client, response_type=code',
    rows: rowsOf([['code', modules]], 'static'),
  })),
];

/** The plans that we play, in the order in which they are. */
export const plans: Plan[] = [
  ...ofConnect.map((plan) => ({ ...plan, profile: 'conformance' as const })),
  {
    name: 'fapi2-security-profile',
    suite: 'fapi2-security-profile-final-test-plan',
    choices: 'plain_fapi, openid_connect, private_key_jwt, dpop',
    profile: 'conformance-fapi',
    rows: rowsOf([['code', fapiModules]], 'static', { authentication: 'private_key_jwt' }),
  },
];
