import { said } from './render.ts';
import type { State } from './render.ts';

const demoHome = {
  person: { name: 'Mina Seo', email: 'mina.seo@example.com', sub: 'GqZxq2Y7P3mWl1vO8hCk4A' },
  idToken: {
    iss: 'http://localhost:3000',
    sub: 'GqZxq2Y7P3mWl1vO8hCk4A',
    aud: 'gatehouse-demo',
    auth_time: 1795271528,
    amr: ['pwd'],
    nonce: '5WkA5hKxL2VJ8yU0i1sQn0mY1c0Hn3n4gDkqkVtE5f8',
  },
  userinfo: { sub: 'GqZxq2Y7P3mWl1vO8hCk4A', name: 'Mina Seo', email: 'mina.seo@example.com', email_verified: true },
  accessToken: { opaque: true, expiresAt: new Date('2026-11-21T15:32:08Z') },
  refreshAction: '/demo/refresh',
  apiAction: '/demo/call-api',
  signOutAction: '/demo/sign-out',
};

const demo = (name: string, view: 'welcome' | 'home', page: Record<string, unknown>): State => ({
  view: `demo/${view}`,
  name,
  screen: `demo-${view}`,
  title: `demo.${view}.title`,
  wide: view === 'home',
  page,
});

const simulator = (name: string, view: 'picker' | 'error' | 'form_post', page: Record<string, unknown>): State => ({
  view: `simulator/${view}`,
  name,
  screen: 'simulator',
  title: { text: '' },
  page,
});

const picker = {
  provider: 'Google',
  clientName: 'Acme',
  redirectHost: 'localhost:3000',
  personas: [
    { id: 'mina', name: 'Mina Seo', email: 'mina.seo@gmail.com', hint: 'verified address' },
    { id: 'jun', name: 'Jun Park', hint: 'phone account' },
  ],
  action: '/o/oauth2/v2/auth',
  fields: [
    ['client_id', 'simulated'],
    ['state', 's"1'],
  ],
  cancelValue: 'cancel',
};

/** The views of development mode: the demo app, the mailbox, the simulated providers. */
export const developmentStates: State[] = [
  demo('fresh', 'welcome', { signInAction: '/demo/sign-in', signUpAction: '/demo/sign-up' }),
  demo('problem', 'welcome', {
    signInAction: '/demo/sign-in',
    signUpAction: '/demo/sign-up',
    problem: said('demo.notes.cancelled'),
  }),
  demo('opaque', 'home', demoHome),
  demo('api', 'home', {
    ...demoHome,
    accessToken: {
      claims: { iss: 'http://localhost:3000', scope: 'read' },
      opaque: false,
      expiresAt: new Date('2026-11-21T15:32:08Z'),
    },
    apiAnswer: { status: 200, body: { hello: 'Mina Seo' } },
    note: said('demo.notes.refreshed'),
  }),
  {
    view: 'mailbox/list',
    name: 'mails',
    screen: 'mailbox',
    title: 'mailbox.list.title',
    page: {
      mails: [
        {
          id: '2',
          to: 'mina.seo@example.com',
          subject: 'Confirm your e-mail address for Acme',
          at: new Date('2026-11-21T14:32:08Z'),
          href: '/mailbox/2',
        },
        {
          id: '1',
          to: 'jun.park@example.com',
          subject: '[Acme] 이메일 주소를 확인해 주세요',
          at: new Date('2026-11-21T14:30:00Z'),
          href: '/mailbox/1',
        },
      ],
    },
  },
  { view: 'mailbox/list', name: 'empty', screen: 'mailbox', title: 'mailbox.list.title', page: { mails: [] } },
  {
    view: 'mailbox/message',
    name: 'code',
    screen: 'mailbox-message',
    title: { text: 'Confirm your e-mail address for Acme' },
    page: {
      mail: {
        to: 'mina.seo@example.com',
        subject: 'Confirm your e-mail address for Acme',
        text: 'Confirm your e-mail address\n\nEnter this code on the page that asked for it:\n\n    4829 1377\n\nThe code works for 10 minutes.\n',
        at: new Date('2026-11-21T14:32:08Z'),
      },
      links: ['https://id.acme.example/verify-email?token=q7Jm2xV9'],
      listHref: '/mailbox',
    },
  },
  simulator('personas', 'picker', picker),
  simulator('unnamed', 'picker', { ...picker, provider: 'Facebook', clientName: undefined }),
  simulator('returning', 'form_post', {
    provider: 'Apple',
    action: 'http://localhost:3000/upstream/apple/callback',
    fields: [
      ['code', 'simulated'],
      ['state', 's"1'],
    ],
  }),
  simulator('refused', 'error', { provider: 'Google', message: 'redirect_uri_mismatch: http://localhost:4000/<x>' }),
];
