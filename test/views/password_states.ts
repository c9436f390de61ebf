import { accountState } from './account_states.ts';
import { landing } from './landing_states.ts';
import { said, type State } from './render.ts';

const visit = '/interaction/Vx3kQ';
const email = 'mina.seo@example.com';
const rule = { email, minLength: 15, maxLength: 128 };
const signIn = { label: said('landing.sign_in'), href: '/account' };
const weak = { field: 'new_password', text: said('passwords.problems.too_common') };

const recover = (name: string, page: Record<string, unknown>): State => ({
  view: 'sign_in/recover',
  name,
  screen: 'recover',
  title: 'sign_in.recover.title',
  page: { action: `${visit}/recover`, loginAction: visit, values: { email: '' }, problems: [], ...page },
});

const sent = (name: string, page: Record<string, unknown>): State => ({
  view: 'sign_in/recover_sent',
  name,
  screen: 'recover',
  title: 'sign_in.recover.sent_title',
  page: {
    resendAction: `${visit}/recover-sent`,
    otherAction: `${visit}/recover`,
    loginAction: visit,
    maskedEmail: 'm•••@example.com',
    seconds: 1800,
    resendIn: 0,
    problems: [],
    ...page,
  },
});

const reset = (name: string, page: Record<string, unknown>): State => ({
  view: 'passwords/reset_password',
  name,
  screen: 'reset-password',
  title: 'passwords.reset.title',
  page: { ...rule, action: '/reset-password', token: 'x7Gk2', problems: [], ...page },
});

const ofAccount = (name: string, title: State['title'], page: Record<string, unknown>): State => ({
  ...accountState('security', name, 'security', title, {
    ...rule,
    action: '/account/password',
    has: true,
    endOthers: true,
    ...page,
  }),
  view: 'passwords/account_password',
});

const endPage = (end: 'changed' | 'used'): State =>
  landing('reset-password', end, `passwords.reset.${end}.title`, {
    text: said(`passwords.reset.${end}.text`),
    next: signIn,
  });

/** The pages of a lost password, and the password's page in the account. */
export const passwordStates: State[] = [
  recover('fresh', {}),
  recover('typed', { values: { email } }),
  recover('wrong', {
    values: { email: 'mina' },
    problems: [{ field: 'email', text: said('sign_in.problems.email_invalid') }],
  }),
  recover('throttled', {
    values: { email },
    problems: [{ text: said('sign_in.problems.too_many_links', { wait: 300 }) }],
  }),
  sent('waiting', { resendIn: 60, upstreams: 'Google or Facebook' }),
  sent('alone', {}),
  sent('again', { resendIn: 60, note: said('sign_in.recover.resent') }),
  sent('throttled', { problems: [{ text: said('sign_in.problems.too_many_links', { wait: 60 }) }] }),
  reset('fresh', {}),
  reset('weak', { problems: [weak], signedInAs: 'bo@example.com' }),
  endPage('changed'),
  endPage('used'),
  landing('reset-password', 'dead', 'landing.dead.title', { text: said('landing.dead.text'), next: signIn }),
  ofAccount('change', 'passwords.change.title', {}),
  ofAccount('change-wrong', 'passwords.change.title', {
    endOthers: false,
    problems: [{ field: 'password', text: said('sign_in.problems.password_wrong') }, weak],
  }),
  ofAccount('set', 'passwords.set.title', { has: false, action: '/account/password/set' }),
  accountState('security', 'after-change', 'security', 'account.security.title', {
    note: said('account.security.password_changed'),
    cards: [
      {
        title: said('common.password'),
        text: said('passwords.card.changed', { date: '2026-11-21T14:32:08Z' }),
        action: { label: said('passwords.card.change'), href: '/account/password' },
      },
    ],
  }),
  accountState('security', 'without-password', 'security', 'account.security.title', {
    cards: [
      {
        title: said('common.password'),
        text: said('passwords.card.not_set'),
        action: { label: said('passwords.card.set'), href: '/account/password' },
      },
    ],
  }),
];
