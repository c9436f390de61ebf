import { clientMistakes, errorCodes } from '../../src/kit/errors.ts';
import type { ClientMistake, ErrorCode } from '../../src/kit/errors.ts';
import { accountStates } from './account_states.ts';
import { accountUseStates } from './account_use_states.ts';
import { identityStates } from './identity_states.ts';
import { developmentStates } from './development_states.ts';
import { landingStates } from './landing_states.ts';
import { ownAccountStates } from './own_account_states.ts';
import { passkeyStates } from './passkey_states.ts';
import { passwordStates } from './password_states.ts';
import { said } from './render.ts';
import type { State } from './render.ts';
import { secondFactorStates } from './second_factor_states.ts';
import { secondStepStates } from './second_step_states.ts';
import { signInStates } from './sign_in_states.ts';
import { signupStates } from './signup_states.ts';

const consent = {
  app: 'Northwind Calendar',
  clientLogo: '/assets/northwind.svg',
  host: 'calendar.northwind.example',
  firstParty: false,
  person: { name: 'Mina Seo', email: 'mina.seo@example.com' },
  switchAction: '/interaction/Vx3kQ/restart?prompt=select_account',
  scopes: [
    { name: 'profile', sentence: said('consent.scopes.profile'), value: 'Mina Seo', isNew: false },
    { name: 'email', sentence: said('consent.scopes.email'), value: 'mina.seo@example.com', isNew: false },
    {
      name: 'offline_access',
      sentence: said('consent.scopes.offline_access'),
      value: said('consent.scopes.offline_access_detail'),
      isNew: true,
    },
  ],
  details: [],
  policyUri: 'https://northwind.example/privacy',
  tosUri: 'https://northwind.example/terms',
  action: '/interaction/Vx3kQ',
};

const consentState = (name: string, page: Record<string, unknown>): State => ({
  view: 'consent/consent',
  name,
  screen: 'consent',
  title: 'consent.title',
  titleValues: { app: String(page['app']) },
  page,
});

const otherStates: State[] = [
  consentState('third-party', consent),
  consentState('in-detail', {
    ...consent,
    details: [
      {
        sentence: 'Pay from your account',
        facts: [
          { label: 'To: Name', value: 'Merchant A' },
          { label: 'To: Account', value: 'DE02100100109307118603' },
          { label: 'Amount', value: '123.50' },
          { label: 'At once', value: said('consent.details.yes') },
        ],
      },
    ],
  }),
  consentState('on-a-device', { ...consent, app: 'Acme TV', host: '' }),
  consentState('registered', { ...consent, clientLogo: undefined, stranger: 'registered' }),
  consentState('document', { ...consent, clientLogo: undefined, host: 'northwind.example', stranger: 'document' }),
  consentState('borrowed-name', { ...consent, app: 'Acme Rewards', clientLogo: undefined, tosUri: undefined }),
  consentState('first-party', {
    ...consent,
    app: 'Wiki',
    firstParty: true,
    person: { email: 'mina.seo@example.com' },
    scopes: [],
    policyUri: undefined,
  }),
  {
    view: 'sign_out/logout',
    name: 'from-app',
    screen: 'logout',
    title: 'sign_out.logout.title',
    page: { action: '/oidc/logout/confirm', xsrf: 'x', app: 'Wiki' },
  },
  {
    view: 'sign_out/logout',
    name: 'alone',
    screen: 'logout',
    title: 'sign_out.logout.title',
    page: { action: '/oidc/logout/confirm', xsrf: 'x' },
  },
  {
    view: 'sign_out/signed_out',
    name: 'to-app',
    screen: 'signed-out',
    title: 'sign_out.signed_out.title',
    page: { app: 'Wiki', appUri: 'https://wiki.acme.example/' },
  },
  { view: 'sign_out/signed_out', name: 'alone', screen: 'signed-out', title: 'sign_out.signed_out.title', page: {} },
  {
    view: 'home/home',
    name: 'signed-in',
    screen: 'home',
    title: 'account.home.title',
    page: {
      signedIn: { name: 'Mina Seo', email: 'mina.seo@example.com' },
      apps: [
        { name: 'Wiki', uri: 'https://wiki.acme.example/' },
        { name: 'Shop', uri: 'https://shop.acme.example/', logo: '/assets/shop.svg' },
      ],
    },
  },
  { view: 'home/home', name: 'stranger', screen: 'home', title: 'account.home.title', page: { apps: [] } },
];

const device = { action: '/device', xsrf: 'x', code: '', problems: [] };
const confirm = {
  action: '/device',
  xsrf: 'x',
  code: 'WDJB-MJHT',
  app: 'Northwind TV',
  clientLogo: '/assets/northwind.svg',
  host: 'northwind.example',
  ago: '2 minutes ago',
};
const deviceState = (name: string, page: Record<string, unknown>): State => ({
  view: 'consent/device',
  name,
  screen: 'device',
  title: 'device.title',
  page: { ...device, ...page },
});
const confirmState = (name: string, page: Record<string, unknown>): State => ({
  view: 'consent/device_confirm',
  name,
  screen: 'device',
  title: 'device.confirm.title',
  titleValues: { app: confirm.app },
  page: { ...confirm, ...page },
});

const deviceStates: State[] = [
  deviceState('empty', {}),
  deviceState('filled-in', { code: 'WDJB-MJHT' }),
  ...(['missing', 'wrong', 'stale'] as const).map((refusal) =>
    deviceState(refusal, {
      code: refusal === 'missing' ? '' : 'WDJB-MJHT',
      problems: [{ field: 'user_code', text: said(`device.problems.${refusal}`) }],
    }),
  ),
  deviceState('too-many', { problems: [{ text: said('sign_in.problems.too_many_tries', { wait: 300 }) }] }),
  confirmState('plain', { host: undefined, clientLogo: undefined }),
  confirmState('with-place', { place: 'Seoul' }),
  ...(['connected', 'stopped'] as const).map((how): State => ({
    view: 'consent/device_done',
    name: how,
    screen: 'device',
    title: `device.${how}.title`,
    page: { how },
  })),
];

const mistakeStates: State[] = (Object.keys(clientMistakes) as ClientMistake[]).map((mistake) => ({
  view: 'error',
  name: mistake.replaceAll('_', '-'),
  screen: 'error',
  title: 'errors.request_invalid.title' as const,
  page: {
    code: 'request_invalid',
    reference: '7F3K2-92QDM',
    when: new Date('2026-11-21T14:32:08Z'),
    facts: [['redirect_uri', 'https://wiki.acme.example/<callback>/']],
    mistake,
    registered: clientMistakes[mistake] ? [['redirect_uris', 'https://wiki.acme.example/callback']] : [],
    explain: !clientMistakes[mistake],
  },
}));

const errorStates: State[] = (Object.keys(errorCodes) as ErrorCode[]).map((code) => ({
  view: 'error',
  name: code,
  screen: 'error',
  title: `errors.${code}.title` as const,
  page: {
    code,
    reference: '7F3K2-92QDM',
    when: new Date('2026-11-21T14:32:08Z'),
    facts:
      code === 'redirect_uri_mismatch'
        ? [
            ['client_id', 'wiki'],
            ['redirect_uri', 'https://wiki.acme.example/<callback>/'],
          ]
        : [],
    registered: [],
    retryAfter: errorCodes[code].status === 429 ? 300 : undefined,
    primary: code === 'account_disabled' ? undefined : { label: said('error_page.home'), href: '/' },
    support: code === 'not_found' ? undefined : code === 'busy' ? 'https://acme.example/help' : 'help@acme.example',
  },
}));

/** Every view in every state it can be in. */
export const states: State[] = [
  ...signInStates,
  ...secondStepStates,
  ...signupStates,
  ...otherStates,
  ...deviceStates,
  ...accountStates,
  ...accountUseStates,
  ...identityStates,
  ...landingStates,
  ...ownAccountStates,
  ...passkeyStates,
  ...passwordStates,
  ...secondFactorStates,
  ...errorStates,
  ...mistakeStates,
  ...developmentStates,
];
