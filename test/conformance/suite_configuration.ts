import type { JWK } from 'jose';
import { STATIC } from './clients.ts';
import { PASSWORD, PEOPLE } from './stage.ts';

type Command = (string | number)[];

interface Task {
  task: string;
  match: string;
  optional?: true;
  commands: Command[];
}

interface Automation {
  match: string;
  tasks: Task[];
}

/** Where both sides are. */
export interface Places {
  issuer: string;
  /** `https://127.0.0.1:8443`, say. */
  suite: string;
}

/** What pages of ours are found by: data-page of main says which one it is, and every step is a plain form. */
const on = (screens: readonly string[], below = '') =>
  `//main[${screens.map((screen) => `@data-page='${screen}'`).join(' or ')}]${below}`;

const LOGIN = ['login', 'reauthenticate'];
const CANCEL = "//button[@form='cancel']";

/** One page on the way; where it is not shown its commands do nothing. */
const step = (task: string, match: string, ...commands: Command[]): Task => ({ task, match, optional: true, commands });

/** A page of which the suite wants a picture. */
const picture = (screens: readonly string[]): Command => [
  'wait',
  'xpath',
  on(screens),
  10,
  '.*',
  'update-image-placeholder',
];

/** What the suite's simple browser does with our pages. */
function steps({ issuer, suite }: Places) {
  const visit = `${issuer}/interaction/*`;
  return {
    authorize: `${issuer}/oidc/authorize*`,
    logout: `${issuer}/oidc/logout*`,
    signIn: step(
      'Sign in',
      visit,
      ['text', 'xpath', on(LOGIN, "//input[@name='email' and not(@readonly)]"), PEOPLE.full, 'optional'],
      ['text', 'xpath', on(LOGIN, "//input[@name='password']"), PASSWORD, 'optional'],
      [
        'click',
        'xpath',
        on(LOGIN, "//form[.//input[@name='password']]//button[contains(@class, 'primary')]"),
        'optional',
      ],
    ),
    cancel: step('Cancel', visit, ['click', 'xpath', on(LOGIN, CANCEL), 'optional']),
    lookAtLogin: step('Look at the login page', visit, picture(LOGIN)),
    allow: step('Allow', visit, [
      'click',
      'xpath',
      on(['consent'], "//button[@name='decision' and @value='allow']"),
      'optional',
    ]),
    arrive: step('Back at the suite', `${suite}/test/a/gatehouse/callback*`, ['wait', 'id', 'submission_complete', 10]),
    signOut: step('Sign out', `${issuer}/oidc/logout*`, [
      'click',
      'xpath',
      on(['logout'], "//button[@name='logout']"),
      'optional',
    ]),
  };
}

function browserOf(places: Places): Automation[] {
  const { authorize, logout, signIn, allow, arrive, signOut } = steps(places);
  return [
    { match: authorize, tasks: [signIn, allow, arrive] },
    { match: logout, tasks: [signOut] },
  ];
}

/** The modules that end on a page of ours, or want another answer than the others. */
function overridesOf(places: Places): Record<string, { browser: Automation[] }> {
  const { authorize, logout, signIn, allow, arrive, signOut, cancel, lookAtLogin } = steps(places);
  const usual = { match: authorize, tasks: [signIn, allow, arrive] };
  const again = { browser: [{ match: authorize, tasks: [lookAtLogin, signIn, allow, arrive] }] };
  const error = {
    browser: [usual, { match: authorize, tasks: [step('Error page', `${places.issuer}/*`, picture(['error']))] }],
  };
  const question = {
    browser: [usual, { match: logout, tasks: [step('Refused', `${places.issuer}/*`, picture(['error', 'logout']))] }],
  };
  const signedOut = {
    browser: [
      usual,
      { match: logout, tasks: [signOut, step('Signed out', `${places.issuer}/*`, picture(['signed-out']))] },
    ],
  };
  const rows: [{ browser: Automation[] }, string[]][] = [
    [again, ['oidcc-prompt-login', 'oidcc-max-age-1']],
    [
      error,
      [
        'oidcc-ensure-registered-redirect-uri',
        'oidcc-ensure-redirect-uri-in-authorization-request',
        'oidcc-redirect-uri-query-mismatch',
        'oidcc-redirect-uri-query-added',
      ],
    ],
    [
      signedOut,
      ['no-params', 'only-state', 'no-post-logout-redirect-uri'].map((name) => `oidcc-rp-initiated-logout-${name}`),
    ],
    [
      question,
      [
        'bad-post-logout-redirect-uri',
        'query-added-to-post-logout-redirect-uri',
        'modified-id-token-hint',
        'bad-id-token-hint',
        'no-id-token-hint',
      ].map((name) => `oidcc-rp-initiated-logout-${name}`),
    ],
    [
      { browser: [{ match: authorize, tasks: [cancel, arrive] }] },
      ['fapi2-security-profile-final-user-rejects-authentication'],
    ],
  ];
  return Object.fromEntries(rows.flatMap(([override, names]) => names.map((name) => [name, override])));
}

/** The configuration of the plans of OpenID Connect, static and dynamic clients alike. */
export function connectConfiguration(places: Places): object {
  const of = (id: keyof typeof STATIC) => ({ client_id: id, client_secret: STATIC[id].secret });
  return {
    alias: 'gatehouse',
    description: 'Gatehouse with config/conformance.yaml',
    server: { discoveryUrl: `${places.issuer}/.well-known/openid-configuration`, login_hint: PEOPLE.full },
    client: of('client'),
    client2: of('client2'),
    client_secret_post: of('client_secret_post'),
    browser: browserOf(places),
    override: overridesOf(places),
  };
}

/** The configuration of the FAPI 2.0 plan, with the private keys of both clients. */
export function fapiConfiguration(places: Places, keys: readonly [JWK, JWK]): object {
  const clients = keys.map((key, index) => ({ client_id: `fapi${index + 1}`, scope: 'openid', jwks: { keys: [key] } }));
  return {
    alias: 'gatehouse',
    description: 'Gatehouse with config/conformance-fapi.yaml',
    server: { discoveryUrl: `${places.issuer}/.well-known/openid-configuration` },
    client: clients[0],
    client2: clients[1],
    resource: { resourceUrl: `${places.issuer}/oidc/userinfo` },
    browser: browserOf(places),
    override: overridesOf(places),
  };
}
