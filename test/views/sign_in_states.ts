import { brand, said } from './render.ts';
import type { State } from './render.ts';

const visit = '/interaction/Vx3kQ';

const upstream = (id: string, name: string, lastUsed = false) => ({
  id,
  name,
  preset: id,
  action: `${visit}/upstream/${id}`,
  lastUsed,
  available: true,
});

const few = [upstream('google', 'Google', true), upstream('facebook', 'Facebook')];
const many = [
  ...few,
  upstream('github', 'GitHub'),
  upstream('apple', 'Apple'),
  upstream('kakao', 'Kakao', true),
  upstream('naver', 'Naver'),
  upstream('microsoft', 'Microsoft'),
  upstream('x', 'X'),
  upstream('line', 'LINE'),
  upstream('discord', 'Discord'),
  upstream('gitlab', 'GitLab'),
  upstream('linkedin', 'LinkedIn'),
  { ...upstream('partner', 'Partner Login'), preset: 'oidc', available: false },
  { ...upstream('legacy', 'Legacy'), preset: 'oauth2' },
];

const bothProblems = [
  { field: 'email', text: said('sign_in.problems.email_invalid') },
  { field: 'password', text: said('sign_in.problems.password_missing') },
];

const login = {
  app: 'Wiki',
  action: `${visit}/login`,
  signupAction: `${visit}/signup`,
  cancelAction: `${visit}/cancel`,
  upstreams: few,
  password: true,
  passkey: { make: false, options: `${visit}/passkey/options`, action: `${visit}/passkey` },
  values: { email: '' },
  problems: [],
};
const again = { ...login, fixedEmail: 'mina.seo@example.com', switchAction: `${visit}/start-again` };
const signup = {
  app: 'Wiki',
  action: `${visit}/signup`,
  loginAction: `${visit}/login`,
  upstreams: few,
  password: true,
  passkey: { make: true, options: `${visit}/signup/passkey/options`, action: `${visit}/signup/passkey` },
  values: { email: '', name: '' },
  minLength: 15,
  maxLength: 128,
  problems: [],
};
const checkEmail = {
  action: `${visit}/check-email`,
  resendAction: `${visit}/check-email/resend`,
  startAgainAction: `${visit}/start-again`,
  confirmedAction: `${visit}/check-email/confirmed`,
  confirmed: false,
  linked: true,
  values: { email: '' },
  maskedEmail: 'm•••@example.com',
  seconds: 600,
  resendIn: 60,
  problems: [],
};
const linkAccount = {
  maskedEmail: 'm•••@example.com',
  email: 'mina.seo@example.com',
  upstream: { label: 'GitHub', preset: 'github', person: 'Mina Seo', known: 'mina.seo@example.com' },
  ways: {
    password: { action: `${visit}/link-account` },
    passkey: { make: false, options: `${visit}/link-account/passkey/options`, action: `${visit}/link-account/passkey` },
    code: { action: `${visit}/link-account/code` },
    upstreams: [few[0]],
  },
  otherAction: `${visit}/link-account/other`,
  cancelAction: `${visit}/start-again`,
  problems: [],
};
/** The state of a view of the room whose title stands under its own name. */
export const signIn = (name: string, view: string, page: Record<string, unknown>): State => ({
  view: `sign_in/${view}`,
  name,
  screen: view.replace('_', '-'),
  title: `sign_in.${view}.title` as State['title'], // each view has its title under its own name
  titleValues: { app: 'Wiki' },
  page,
});

/** The steps of a visit: signing in and up. */
export const signInStates: State[] = [
  signIn('fresh', 'login', login),
  { ...signIn('again-passkey', 'login', { ...again, password: false, upstreams: [] }), screen: 'reauthenticate' },
  signIn('without-passkeys', 'login', { ...login, passkey: undefined }),
  signIn('passkey-gone', 'login', {
    ...login,
    problems: [{ text: said('passkeys.problems.refused') }],
    signals: [{ signal: 'signalUnknownCredential', of: { rpId: 'id.acme.example', credentialId: 'kx7' } }],
  }),
  signIn('many-ways', 'login', { ...login, upstreams: many, recoverAction: `${visit}/recover` }),
  signIn('no-upstreams', 'login', { ...login, upstreams: [], signupAction: undefined }),
  signIn('problems', 'login', { ...login, values: { email: 'mina.seo@example' }, problems: bothProblems }),
  signIn('wrong', 'login', {
    ...login,
    values: { email: 'mina.seo@example.com', remember: '1' },
    problems: [{ text: said('sign_in.problems.credentials_wrong') }],
  }),
  {
    ...signIn('cancelled', 'login', { ...login, note: said('upstreams.cancelled', { name: 'Google' }) }),
    error: 'upstream_cancelled',
    reference: '7F3K2-92QDM',
  },
  {
    ...signIn('failed', 'login', {
      ...login,
      problems: [{ text: said('upstreams.failed', { name: 'Google' }) }],
      retry: { name: 'Google', action: `${visit}/upstream/google` },
    }),
    error: 'upstream_failed',
    reference: '7F3K2-92QDM',
  },
  {
    ...signIn('paused', 'login', {
      ...login,
      upstreams: few,
      problems: [{ text: said('upstreams.paused', { name: 'Google', wait: 60 }) }],
      retry: { name: 'Google', action: `${visit}/upstream/google` },
    }),
    error: 'upstream_unavailable',
    reference: 'TB7K2-9WQ4M',
  },
  {
    ...signIn('unavailable', 'login', {
      ...login,
      upstreams: [{ ...upstream('google', 'Google'), available: false }, few[1]],
      problems: [{ text: said('upstreams.unavailable', { name: 'Google' }) }],
      retry: { name: 'Google', action: `${visit}/upstream/google` },
    }),
    error: 'upstream_unavailable',
    reference: '7F3K2-92QDM',
  },
  {
    ...signIn('denied', 'login', { ...login, problems: [{ text: said('upstreams.denied', { name: 'Google' }) }] }),
    reference: '7F3K2-92QDM',
  },
  signIn('not-offered', 'login', { ...login, problems: [{ text: said('upstreams.not_offered') }] }),
  signIn('other-way', 'login', { ...login, password: false, note: said('sign_in.login.other_way', { app: 'Wiki' }) }),
  signIn('no-way', 'login', {
    ...login,
    upstreams: [],
    password: false,
    noWay: said('sign_in.login.no_way_here', { app: 'Wiki' }),
  }),
  signIn('address-elsewhere', 'login', {
    ...login,
    values: { email: 'mina@partner.example' },
    problems: [
      { field: 'email', text: said('sign_in.problems.address_elsewhere', { upstream: 'Partner Login', app: 'Wiki' }) },
    ],
  }),
  signIn('again', 'login', again),
  signIn('again-without-password', 'login', { ...again, password: false }),
  signIn('again-without-way', 'login', {
    ...again,
    password: false,
    upstreams: [],
    noWay: said('sign_in.login.no_way', { app: 'Wiki' }),
  }),
  signIn('fresh', 'signup', signup),
  { ...signIn('terms-only', 'signup', { ...signup, upstreams: [] }), brand: { name: 'Acme', terms: brand.terms } },
  { ...signIn('privacy-only', 'signup', signup), brand: { ...brand, logo_dark: undefined, terms: undefined } },
  signIn('problems', 'signup', {
    ...signup,
    values: { email: 'mina', name: 'Mina' },
    problems: [
      { field: 'email', text: said('sign_in.problems.email_invalid') },
      { field: 'new_password', text: said('passwords.problems.too_short', { min: 15 }) },
    ],
  }),
  signIn('upstreams-only', 'signup', { ...signup, password: false, passkey: undefined }),
  signIn('sent', 'check_email', checkEmail),
  signIn('code-only', 'check_email', { ...checkEmail, linked: false }),
  signIn('changeable', 'check_email', { ...checkEmail, changeAction: `${visit}/check-email/address` }),
  signIn('other-address-wrong', 'check_email', {
    ...checkEmail,
    changeAction: `${visit}/check-email/address`,
    values: { email: 'mina' },
    problems: [{ field: 'email', text: said('sign_in.problems.email_invalid') }],
  }),
  signIn('confirmed-elsewhere', 'check_email', { ...checkEmail, confirmed: true }),
  signIn('resent-wrong', 'check_email', {
    ...checkEmail,
    resendIn: 0,
    note: said('sign_in.check_email.resent'),
    problems: [{ field: 'code', text: said('sign_in.problems.code_wrong', { left: 4 }) }],
  }),
  signIn('asked', 'complete_profile', {
    action: `${visit}/complete-profile`,
    cancelAction: `${visit}/start-again`,
    upstream: 'Facebook',
    person: '서민아',
    values: { email: '', name: '서민아' },
    problems: [],
  }),
  signIn('declined', 'complete_profile', {
    action: `${visit}/complete-profile`,
    cancelAction: `${visit}/start-again`,
    askAction: `${visit}/complete-profile/ask`,
    upstream: 'Facebook',
    person: '서민아',
    values: { email: '', name: '서민아' },
    note: said('upstreams.cancelled', { name: 'Facebook' }),
    problems: [],
  }),
  signIn('unproven', 'complete_profile', {
    action: `${visit}/complete-profile`,
    cancelAction: `${visit}/start-again`,
    upstream: 'Facebook',
    person: '서민아',
    given: true,
    values: { email: 'mina.seo@example.com', name: '서민아' },
    problems: [],
  }),
  signIn('nobody', 'complete_profile', {
    action: `${visit}/complete-profile`,
    cancelAction: `${visit}/start-again`,
    upstream: 'X',
    values: { email: 'mina', name: '' },
    problems: [bothProblems[0]],
  }),
  signIn('all-ways', 'link_account', linkAccount),
  signIn('code-only', 'link_account', { ...linkAccount, ways: { code: linkAccount.ways.code, upstreams: [] } }),
  signIn('upstream-only', 'link_account', { ...linkAccount, ways: { upstreams: few } }),
  signIn('cancelled', 'link_account', { ...linkAccount, note: said('upstreams.cancelled', { name: 'Google' }) }),
  signIn('wrong', 'link_account', {
    ...linkAccount,
    ways: { ...linkAccount.ways, upstreams: [] },
    problems: [{ field: 'password', text: said('sign_in.problems.password_wrong') }],
  }),
  signIn('two', 'choose_account', {
    app: 'Wiki',
    accounts: [
      { id: 'a', name: 'Mina Seo', email: 'mina.seo@example.com', signedIn: true, action: `${visit}/choose/a` },
      {
        id: 'b',
        email: 'work@example.com',
        signedIn: false,
        action: `${visit}/choose/b`,
        forgetAction: `${visit}/forget/b`,
      },
    ],
    otherAction: `${visit}/start-again`,
    cancelAction: `${visit}/cancel`,
  }),
  {
    view: 'going_on',
    name: 'ended',
    screen: 'going-on',
    title: 'going_on.title',
    page: { next: 'https://wiki.acme.example/callback?code=x' },
  },
  signIn('not allowed', 'not_allowed', {
    app: 'Wiki',
    address: 'mina.seo@example.com',
    otherAction: `${visit}/start-again`,
    cancelAction: `${visit}/cancel`,
  }),
  signIn('asked', 'switch_account', {
    app: 'Wiki',
    from: 'mina.seo@example.com',
    to: 'work@example.com',
    action: `${visit}/switch-account`,
    stayAction: `${visit}/start-again`,
  }),
];
