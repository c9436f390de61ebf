import { accountState } from './account_states.ts';
import { landing } from './landing_states.ts';
import { said, type State } from './render.ts';

const google = {
  id: 'google',
  name: 'Google',
  preset: 'google',
  configured: true,
  suspended: false,
  shown: 'mina.seo@gmail.com',
  since: '2 Mar 2026',
  lastUsed: { words: '5 minutes ago', iso: '2026-11-20T17:01:09.000Z' },
};
const partner = { ...google, id: 'partner', name: 'Partner', preset: 'oidc', shown: 'Mina Seo' };
const gone = {
  ...google,
  id: 'old-portal',
  name: 'old-portal',
  preset: undefined,
  configured: false,
  shown: '8842-11',
};

const connect = (id: string, upstream: string) => ({
  id,
  preset: id,
  label: said('account.identities.connect', { upstream }),
  action: `/account/identities/connect/${id}`,
});

const state = (name: string, page: Record<string, unknown>): State =>
  accountState('identities', name, 'identities', 'account.tabs.identities', {
    identities: [],
    upstreams: [],
    disconnectAction: '/account/identities/disconnect',
    ...page,
  });
const ended = (name: 'connected' | 'disconnected' | 'cancelled') =>
  state(name, { note: said(`account.identities.${name}`, { upstream: 'Google' }), identities: [google] });
const refused = (name: 'over' | 'taken' | 'upstream_taken' | 'failed' | 'last', more: object = {}) =>
  state(name, { problems: [{ text: said(`account.identities.${name}`, { upstream: 'Google' }) }], ...more });

const upstream = { upstream: 'Google', brand: 'Acme' };

/** What opens an account besides its own factors, and the page behind the link that undoes it. */
export const identityStates: State[] = [
  state('none', { upstreams: [connect('google', 'Google'), connect('facebook', 'Facebook')] }),
  state('one', { identities: [google], upstreams: [connect('facebook', 'Facebook')] }),
  state('many', { identities: [google, partner, gone] }),
  state('suspended', { identities: [{ ...google, suspended: true }, partner] }),
  ended('connected'),
  ended('disconnected'),
  ended('cancelled'),
  refused('over'),
  refused('taken'),
  refused('upstream_taken'),
  refused('failed'),
  refused('last', { identities: [google], lastWayIn: true }),
  {
    ...landing('identity-undo', 'question', 'account.undo_identity.title', {
      text: said('account.undo_identity.text', upstream),
      submit: said('account.undo_identity.submit', upstream),
    }),
    titleValues: { upstream: 'Google' },
  },
  landing('identity-undo', 'undone', 'account.undo_identity.undone.title', {
    text: said('account.undo_identity.undone.text'),
    next: { label: said('landing.sign_in'), href: '/account' },
  }),
];
