import { accountUse } from './en_account_use.ts';

/** The front page and the account pages. */
export const account = {
  ...accountUse,
  home: {
    title: 'Your {brand} account',
    subtitle: 'One account for everything at {brand}.',
    open: 'Your account',
    sign_in: 'Sign in to your account',
    apps: 'Apps',
    no_apps: 'Apps that you can open from here will be listed on this page.',
  },
  tabs: {
    home: 'Home',
    profile: 'Profile',
    security: 'Security',
    identities: 'Connected accounts',
    sessions: 'Devices',
    apps: 'Apps',
    activity: 'Activity',
    data: 'Your data',
  },
  overview: {
    title: 'Your account',
    verified: 'Verified',
    unverified: 'Not verified',
    profile: 'Name, picture, language and e-mail address',
    security: 'How you sign in',
    identities: 'Other services that open this account',
    sessions: 'Where you are signed in',
    apps: 'What apps may see and do',
    activity: 'What happened to your account',
    data: 'Download a copy, or delete your account',
  },
  security: {
    title: 'Security',
    factors: 'Ways to sign in',
    factors_hint: 'What proves that it is you.',
    password_changed: 'Your password was changed.',
    password_set: 'Your password is set. You can sign in with it from now on.',
  },
};
