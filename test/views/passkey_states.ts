import { accountState } from './account_states.ts';
import { said, type State } from './render.ts';

const PATH = '/account/passkeys';

const add = { make: true, options: `${PATH}/options`, action: PATH };
const passkey = (id: string, more: Record<string, unknown>) => ({
  id,
  where: said('passkeys.synced'),
  since: said('passkeys.since', { date: '2026-01-09T10:00:00Z' }),
  used: said('passkeys.used', { date: '2026-11-21T14:32:08Z' }),
  renamePath: `${PATH}/${id}/rename`,
  ...more,
});
const phone = passkey('kx7', { name: 'Apple Passwords' });
const key = passkey('kx8', {
  name: 'Blue key',
  provider: 'YubiKey 5',
  where: said('passkeys.this_device'),
  used: said('passkeys.unused'),
});
const nameless = passkey('kx9', { name: said('passkeys.nameless') });

const list = (name: string, page: Record<string, unknown>): State => ({
  ...accountState('passkeys', name, 'security', 'passkeys.title', {
    passkeys: [phone, key, nameless],
    add,
    removeAction: `${PATH}/remove`,
    signals: [{ signal: 'signalAllAcceptedCredentials', of: { rpId: 'id.acme.example' } }],
    ...page,
  }),
  view: 'passkeys/account_passkeys',
});

const rename = (name: string, page: Record<string, unknown>): State => ({
  ...accountState('passkeys', name, 'security', 'passkeys.rename.title', {
    action: `${PATH}/kx7/rename`,
    back: PATH,
    name: 'Apple Passwords',
    ...page,
  }),
  view: 'passkeys/rename_passkey',
});

const card = (name: string, text: string, action: string) =>
  accountState('security', name, 'security', 'account.security.title', {
    cards: [
      {
        title: said('passkeys.title'),
        // The keys that this file gives.
        text: said(text as 'passkeys.card.none', { count: 3 }),
        action: { label: said(action as 'passkeys.card.add'), href: PATH },
      },
    ],
  });

const visit = '/interaction/Vx3kQ';
const button = (page: string, make: boolean) => ({
  make,
  options: `${visit}/${page}/options`,
  action: `${visit}/${page}`,
});
const leaving = { app: 'Wiki', switchAction: `${visit}/start-again`, cancelAction: `${visit}/cancel`, problems: [] };
const refused = { problems: [{ text: said('passkeys.problems.refused') }] };

const ofVisit = (view: string, name: string, screen: string, title: State['title'], page: object): State => ({
  view: `sign_in/${view}`,
  name,
  screen,
  title,
  page: { ...leaving, ...page },
});
const factor = (name: string, page: object) =>
  ofVisit('passkey_factor', name, 'second-factor', 'passkeys.factor.title', {
    email: 'mina.seo@example.com',
    passkey: button('second-factor/passkey', false),
    atOnce: true,
    otherPath: `${visit}/choose-method`,
    ...page,
  });
const enrolment = (name: string, page: object) =>
  ofVisit('enrol_passkey', name, 'enrol-factor', 'passkeys.enrol.title', {
    passkey: button('enrol-factor/passkey', true),
    otherPath: `${visit}/enrol-factor`,
    ...page,
  });
const offer = (name: string, page: object) =>
  ofVisit('passkey_offer', name, 'passkey-offer', 'passkeys.offer.title', {
    passkey: button('passkey-offer/passkey', true),
    quietly: button('passkey-offer/quietly', true),
    laterAction: `${visit}/passkey-offer`,
    ...page,
  });

/** The pages of a person's passkeys, and those of a visit that ask for one. */
export const passkeyStates: State[] = [
  list('some', {}),
  list('none', { passkeys: [], signals: undefined }),
  list('elsewhere', { passkeys: [], add: undefined }),
  list('required', { passkeys: [phone], problems: [{ text: said('passkeys.problems.required') }] }),
  list('last', { passkeys: [phone], problems: [{ text: said('passkeys.problems.last') }] }),
  list('failed', { problems: [{ text: said('passkeys.problems.not_made') }] }),
  list('full', { problems: [{ text: said('passkeys.problems.full') }] }),
  ...(['added', 'renamed', 'removed'] as const).map((note) => list(note, { note: said(`passkeys.${note}`) })),
  rename('fresh', {}),
  rename('empty', { name: '', problems: [{ field: 'name', text: said('passkeys.problems.name_missing') }] }),
  factor('fresh', {}),
  factor('alone', { otherPath: undefined }),
  factor('refused', { atOnce: false, ...refused, signals: [{ signal: 'signalUnknownCredential', of: { rpId: 'x' } }] }),
  enrolment('fresh', {}),
  enrolment('only', { otherPath: undefined }),
  enrolment('failed', { problems: [{ text: said('passkeys.problems.not_made') }] }),
  offer('fresh', {}),
  offer('failed', { problems: [{ text: said('passkeys.problems.not_made') }] }),
  card('with-passkeys', 'passkeys.card.some', 'passkeys.card.manage'),
  card('without-passkeys', 'passkeys.card.none', 'passkeys.card.add'),
];
