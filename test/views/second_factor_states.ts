import { accountState } from './account_states.ts';
import { said, type State } from './render.ts';

const at = '2026-11-21T14:32:08Z';
const path = '/account/second-step';

const state = (view: string, name: string, title: State['title'], page: Record<string, unknown>): State => ({
  ...accountState('security', name, 'security', title, page),
  view: `second_factors/${view}`,
});

/** A new authenticator app, as every page shows one; the picture is drawn by the room. */
export const newApp = {
  text: 'JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP',
  uri: 'otpauth://totp/Acme:mina.seo%40example.com?issuer=Acme&secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
  qr: { size: 29, path: 'M4 4h7v1h-7zM18 4h7v1h-7z' },
};

/** New recovery codes, as every page shows them. */
export const newCodes = {
  codes: ['7F3K-92QD-MX4T-B0RW', 'A1B2-C3D4-E5F6-G7H8', 'ZZZZ-YYYY-XXXX-WWWW'],
  download: '/account/recovery-codes/new/download',
};

const totp = (name: string, page: Record<string, unknown>) =>
  state('totp', name, 'second_factors.totp.title', {
    beginAction: '/account/totp/begin',
    removeAction: '/account/totp/remove',
    last: true,
    required: false,
    ...page,
  });
const add = (name: string, page: Record<string, unknown>) =>
  state('add_totp', name, 'second_factors.totp.add.title', { action: '/account/totp/add', app: newApp, ...page });
const codes = (name: string, page: Record<string, unknown>) =>
  state('recovery_codes', name, 'second_factors.codes.title', { action: '/account/recovery-codes/make', ...page });
const newOnes = (name: string, page: Record<string, unknown>) =>
  state('new_recovery_codes', name, 'second_factors.codes.new.title', {
    action: '/account/recovery-codes/saved',
    shown: newCodes,
    ...page,
  });
const step = (name: string, page: Record<string, unknown>) =>
  state('second_step', name, 'second_factors.step.title', {
    action: path,
    on: true,
    required: false,
    canSwitch: true,
    canTrust: true,
    trusted: [],
    ...page,
  });

const card = (title: 'totp' | 'codes' | 'step', text: object, label: 'manage' | 'set_up', href: string) => ({
  title: said(`second_factors.${title}.title`),
  text,
  action: { label: said(`second_factors.card.${label}`), href },
});

/** The pages of the second step in the account. */
export const secondFactorStates: State[] = [
  totp('none', {}),
  totp('only-factor', { added: { added: at, used: at } }),
  totp('beside-a-passkey', { added: { added: at, used: at }, last: false, problems: [] }),
  totp('required', { added: { added: at, used: at }, required: true }),
  totp('required-refused', {
    added: { added: at, used: at },
    required: true,
    problems: [{ text: said('second_factors.totp.required', { brand: 'Acme' }) }],
  }),
  add('fresh', {}),
  add('wrong', { problems: [{ field: 'code', text: said('second_factors.totp.wrong') }] }),
  codes('none', { canMake: true }),
  codes('some', { canMake: true, made: { left: 7, made: at } }),
  codes('nothing-to-stand-in-for', { canMake: false }),
  newOnes('fresh', {}),
  newOnes('not-ticked', { problems: [{ field: 'saved', text: said('second_factors.codes.new.missing') }] }),
  step('on', {
    preferred: 'totp',
    trusted: [
      { current: true, times: { since: at, until: at } },
      { current: false, times: { since: at, until: at } },
    ],
  }),
  step('off', { on: false }),
  step('nothing-set-up', { on: false, canSwitch: false, canTrust: false }),
  step('required', { required: true }),
  ...(['totp_added', 'totp_removed', 'codes_saved', 'switched', 'preferred', 'forgotten'] as const).map((done) =>
    step(done, { note: said(`second_factors.step.done.${done}`) }),
  ),
  accountState('security', 'second-step-on', 'security', 'account.security.title', {
    cards: [
      card('totp', said('second_factors.card.on', { added: at }), 'manage', '/account/totp'),
      card('codes', said('second_factors.card.codes_left', { left: 10 }), 'manage', '/account/recovery-codes'),
      card('step', said('second_factors.card.step_on'), 'manage', path),
    ],
  }),
  accountState('security', 'second-step-off', 'security', 'account.security.title', {
    cards: [
      card('totp', said('second_factors.card.off'), 'set_up', '/account/totp'),
      card('codes', said('second_factors.card.no_codes'), 'manage', '/account/recovery-codes'),
      card('step', said('second_factors.card.step_off'), 'manage', path),
    ],
  }),
];
