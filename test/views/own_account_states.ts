import { locales } from '../../src/locales/index.ts';
import { accountState } from './account_states.ts';
import { landing } from './landing_states.ts';
import { said, type State } from './render.ts';

const address = 'mina.seo@example.com';
const signIn = { label: said('landing.sign_in'), href: '/account' };

const profile = (name: string, page: Record<string, unknown>) =>
  accountState('profile', name, 'profile', 'account.profile.title', {
    values: { name: 'Mina Seo', picture: '', locale: '', zoneinfo: 'Asia/Seoul' },
    languages: [
      { value: '', label: said('account.profile.language_of_browser') },
      ...locales.map(({ tag, name: own }) => ({ value: tag, label: own })),
    ],
    zones: [
      { value: '', label: said('account.profile.no_zone') },
      { value: 'America/New_York', label: 'America/New York' },
      { value: 'Asia/Seoul', label: 'Asia/Seoul' },
    ],
    groups: [],
    ...page,
  });

const changeAddress = (name: string, page: Record<string, unknown>): State => ({
  ...accountState('address', name, 'profile', 'account.address.title', {
    current: address,
    values: { email: '' },
    ...page,
  }),
  screen: 'account-address',
});

const deletion = (name: string, page: Record<string, unknown>): State => ({
  ...accountState('deletion', name, 'data', 'account.deletion.title', { grace: 1_209_600, ...page }),
  screen: 'account-deletion',
});

const wrong = (field: string, text: unknown) => [{ field, text }];

/** Profile, address, data and deletion of an account, with the pages behind their mails. */
export const ownAccountStates: State[] = [
  profile('plain', {}),
  profile('with groups', { groups: [{ name: 'staff' }, { name: 'partner:editors', through: 'Partner' }] }),
  profile('saved', { note: said('account.profile.saved') }),
  profile('waiting', { pending: 'mina@new.example', note: said('account.profile.sent') }),
  profile('unverified', {
    person: { email: address, verified: false },
    values: { name: '', picture: '', locale: '', zoneinfo: '' },
  }),
  profile('wrong', {
    values: { name: 'Mina Seo', picture: 'http://example.com/me.png', locale: '', zoneinfo: '' },
    problems: [
      ...wrong('picture', said('account.profile.problems.picture')),
      ...wrong('zoneinfo', said('account.profile.problems.choice')),
    ],
  }),
  changeAddress('fresh', {}),
  changeAddress('same', {
    values: { email: address },
    problems: wrong('email', said('account.address.problems.same')),
  }),
  changeAddress('not-allowed', {
    values: { email: 'mina@other.example' },
    problems: wrong('email', said('account.address.problems.not_allowed')),
  }),
  changeAddress('too-many', { problems: [{ text: said('account.address.problems.too_many', { wait: 300 }) }] }),
  accountState('data', 'plain', 'data', 'account.data.title'),
  deletion('grace', {}),
  deletion('at-once', { grace: 0 }),
  deletion('not-ticked', { problems: wrong('confirm', said('account.deletion.problems.confirm')) }),
  landing('address-confirm', 'question', 'account.address_confirm.title', {
    text: said('account.address_confirm.question', {
      account: 'm•••@example.com',
      address: 'mina@new.example',
      brand: 'Acme',
    }),
    aside: said('account.address_confirm.whose'),
    submit: said('account.address_confirm.submit'),
  }),
  ...(['confirmed', 'used', 'taken'] as const).map((end) =>
    landing('address-confirm', end, `account.address_confirm.${end}.title`, {
      text: said(`account.address_confirm.${end}.text`),
      next: signIn,
    }),
  ),
  landing('address-undo', 'question', 'account.address_undo.title', {
    text: said('account.address_undo.question', { address, brand: 'Acme' }),
    aside: said('account.address_undo.effect'),
    submit: said('account.address_undo.submit'),
  }),
  ...(['used', 'taken'] as const).map((end) =>
    landing('address-undo', end, `account.address_undo.${end}.title`, {
      text: said(`account.address_undo.${end}.text`),
    }),
  ),
  landing('deletion-undo', 'question', 'account.deletion_undo.title', {
    text: said('account.deletion_undo.question', { address, brand: 'Acme' }),
    submit: said('account.deletion_undo.submit'),
  }),
  ...(['scheduled', 'deleted', 'undone', 'used'] as const).map((end) =>
    landing('deletion-undo', end, `account.deletion_undo.${end}.title`, {
      text: said(`account.deletion_undo.${end}.text`, { grace: 1_209_600, brand: 'Acme' }),
      next: end === 'undone' || end === 'used' ? signIn : { label: said('error_page.home'), href: '/' },
    }),
  ),
];
