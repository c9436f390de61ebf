/** The mails. Each has its subject; the lines are put together in views/mail. */
export const mail = {
  enter_code: 'Enter this code on the page that asked for it:',
  expires: 'The code works for {expires_minutes:minutes}.',
  link_expires: 'The link works for {link_minutes:minutes}.',
  never_tell: 'Never give the code to anybody. {brand} will not ask you for it.',
  ignore: 'Not you? Ignore this mail and nothing happens.',
  copy_link: 'Or copy this link:',
  sent_by: 'Sent by {brand}, {issuer}',
  verify_email: {
    subject: 'Confirm your e-mail address for {brand}',
    title: 'Confirm your e-mail address',
    page_closed: 'Page closed? Confirm here instead.',
    confirm: 'Confirm e-mail address',
  },
  already_registered: {
    subject: 'You already have an account at {brand}',
    title: 'You already have an account',
    what: 'Somebody, probably you, tried to create an account at {brand} with this address. There is one already, so nothing was changed.',
    action: 'Go back to the page and choose “Sign in”.',
    sign_in: 'Sign in',
    ignore: 'Not you? Ignore this mail. Your account is as it was.',
  },
  link_code: {
    subject: 'Connect {upstream} to your {brand} account',
    title: 'Connect {upstream}',
    what: 'With this code, {upstream} will open your {brand} account from now on.',
    ignore:
      'Not you? Somebody has a {upstream} account with your address. Without the code they cannot get in: ignore this mail.',
  },
  invitation: {
    subject: 'You are invited to {brand}',
    title: 'You are invited to {brand}',
    what: 'You can create an account at {brand} with this address.',
    submit: 'Create your account',
    expires: 'The link works for {expires_seconds:duration}.',
    ignore: 'You expect no invitation? Ignore this mail and nothing happens.',
  },
  identity_linked: {
    subject: '{upstream} now opens your {brand} account',
    title: '{upstream} is connected',
    what: 'From now on you can sign in to your {brand} account with {upstream}.',
    as: 'Connected account: {address}',
    undo: 'Not you? Undo it here.',
    undo_label: 'Disconnect {upstream}',
    tell: 'Not you? Contact support at once.',
  },
};
