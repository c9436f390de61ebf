import { account } from './en_account.ts';
import { demo, mailbox, simulator } from './en_demo.ts';
import { device } from './en_device.ts';
import { clientMistakes } from './en_client_mistakes.ts';
import { errors } from './en_errors.ts';
import { mail } from './en_mail.ts';
import { passkeys } from './en_passkeys.ts';
import { secondFactors } from './en_second_factors.ts';
import { signIn } from './en_sign_in.ts';

/**
 * The English texts, and with them the shape of every language. Nested by room and screen. `{name}` is filled in by the
 * caller; `<mark>words</mark>` names the words that a view makes a link of, or bold with `<b>`: see views/mixins/text.pug.
 */
export const en = {
  common: {
    page_title: '{title} - {brand}',
    error_title: 'Error: {title}',
    skip: 'Skip to content',
    language: 'Language',
    about: 'About this service',
    help: 'Help',
    privacy: 'Privacy',
    terms: 'Terms',
    or: 'or',
    problem: 'There is a problem',
    optional: '(optional)',
    show: 'Show',
    hide: 'Hide',
    show_password: 'Show password',
    hide_password: 'Hide password',
    sign_in: 'Sign in',
    sign_out: 'Sign out',
    email: 'E-mail',
    password: 'Password',
    name: 'Name',
    code: 'Code',
  },
  client_mistakes: clientMistakes,
  errors,
  landing: {
    dead: {
      title: 'This link no longer works',
      text: 'It expired, was used, or a newer mail replaced it. Open the link in your newest mail, or begin again.',
    },
    sign_in: 'Sign in',
  },
  error_page: {
    reference: 'Reference',
    copy: 'Copy reference',
    copied: 'Copied',
    retry: 'You can try again in {wait:duration}.',
    support: 'Contact support',
    support_subject: 'Reference {reference}',
    developers: 'Details for developers',
    explain: 'The command explain with the reference tells what is registered.',
    registered: '{name}, as registered',
    time: 'Time',
    again: 'Try again',
    restart: 'Start again',
    another_way: 'Sign in another way',
    back_to_app: 'Back to {app}',
    home: 'Go to the start page',
  },
  sign_in: signIn,
  upstreams: {
    continue_with: 'Continue with {name}',
    last_used: 'Last used',
    not_available: 'Not answering now',
    again: 'Try {name} again',
    more_ways: 'More ways to sign in',
    cancelled: 'You cancelled Continue with {name}. Choose another way.',
    failed: 'What {name} answered was not right, so nobody was signed in. Try again or use another way.',
    unavailable: '{name} isn’t answering. Try again or use another way.',
    paused: '{name} takes no sign-ins at the moment. Try again in {wait:duration}, or use another way now.',
    loop: 'This sign-in has come through {name} already. Use another way.',
    misconfigured: 'Continue with {name} is not set up correctly. Use another way.',
    denied: 'This {name} account may not sign in here. Use one of your organisation, or another way.',
    not_offered: 'This way to sign in is not offered here. Choose another one.',
    deletion: {
      title: 'Your request to delete data',
      nothing: 'You asked {upstream} to have your data deleted. {brand} had nothing from {upstream} about you.',
      disconnected:
        'You asked {upstream} to have your data deleted. The connection and what {brand} had learned from {upstream} through it are deleted. Your {brand} account stays: there you can delete it, too.',
      account:
        'You asked {upstream} to have your data deleted. The connection and what {brand} had learned from {upstream} through it are deleted, and so is your {brand} account. The mail about it says until when you can take that back.',
      when: 'Done on {at:day}.',
    },
  },
  going_on: {
    title: 'One moment',
    subtitle: 'You go on by yourself.',
    action: 'Continue',
  },
  consent: {
    title: 'Allow {app} to use your account?',
    outside: 'It is made by others, not by {brand}.',
    own: 'It is one of {brand}’s own apps.',
    registered:
      'It registered itself: nobody at {brand} has checked who made it. Allow it only if you opened it yourself.',
    document:
      'It describes itself at {host}: nobody at {brand} has checked it. Allow it only if you opened it yourself.',
    switch: 'Switch account',
    heading: 'It will be able to',
    new: 'New',
    allow: 'Allow',
    deny: 'Cancel',
    lasting: 'Access ends when you have not used the app for a year.',
    both: 'Its <privacy>privacy notice</privacy> and <terms>terms</terms> apply to what it sees.',
    privacy: 'Its <privacy>privacy notice</privacy> applies to what it sees.',
    terms: 'Its <terms>terms</terms> apply to what it sees.',
    details: { once: 'What is listed with its details holds for this time only.', yes: 'Yes', no: 'No' },
    scopes: {
      openid: 'Know that it is you',
      profile: 'See your name and picture',
      email: 'See your e-mail address',
      address: 'See your postal address',
      phone: 'See your phone number',
      groups: 'See your groups',
      offline_access: 'Keep access while you are away',
      offline_access_detail: 'It can see the above even when you are not using it.',
      resource: 'Use {scope} at {resource}',
      other: 'Use {scope}',
    },
  },
  device,
  sign_out: {
    logout: {
      title: 'Sign out of {brand}?',
      subtitle: 'Apps in this browser that use your {brand} account may sign you out too.',
      from: '{app} asks to sign you out.',
      submit: 'Sign out',
      stay: 'Stay signed in',
    },
    signed_out: {
      title: 'You are signed out',
      subtitle: 'You left {brand} in this browser. Other devices stay signed in.',
      with_app: 'You left {brand} and {app} in this browser. Other devices stay signed in.',
      back: 'Back to {app}',
      again: 'Go to the start page',
      shared: 'On a shared computer?',
      forget: 'Forget how you sign in here',
    },
  },
  account,
  passkeys,
  passwords: {
    reset: {
      title: 'Choose a new password',
      subtitle: 'for your {brand} account {address}',
      ends: 'You will be signed out everywhere, and sign in again with the new password.',
      signed_in_as: 'In this browser you are signed in as {address}. That does not change.',
      submit: 'Change password',
      changed: {
        title: 'Your password was changed',
        text: 'You are signed out everywhere. Sign in with your new password.',
      },
      used: {
        title: 'This link was used already',
        text: 'A new password was chosen with it. Was that not you? Choose “Forgot password?” on the sign-in page for a new link.',
      },
    },
    change: {
      title: 'Change your password',
      text: 'Afterwards you sign in with the new one.',
      current: 'Current password',
      submit: 'Change password',
    },
    set: {
      title: 'Set a password',
      text: 'Then you can sign in with your e-mail address and this password, too.',
      submit: 'Set password',
    },
    new: 'New password',
    rule: 'At least {min} characters. Any characters, spaces too.',
    end_others: 'Sign out everywhere else',
    card: {
      changed: 'Changed on {date:day}',
      not_set: 'Not set',
      change: 'Change',
      set: 'Set',
    },
    problems: {
      missing: 'Choose a password',
      too_short: 'Use at least {min} characters. Any characters, spaces too.',
      too_long: 'Use at most {max} characters',
      breached: 'This password appears in known breaches. Choose another.',
      too_common: 'Many people use this password. Choose another.',
      contains_address: 'Choose a password that is not your e-mail address',
      contains_brand: 'Choose a password that is not the name of this service',
    },
  },
  second_factors: secondFactors,
  mail,
  demo,
  mailbox,
  simulator,
};
