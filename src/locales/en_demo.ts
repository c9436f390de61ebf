/** The demo app, the mailbox and the simulated upstreams of development mode. */
export const demo = {
  welcome: {
    title: 'Demo app',
    subtitle: 'A small app that knows nothing of {brand} but its discovery URL, a client id and a secret.',
    sign_in: 'Sign in',
    sign_up: 'Create an account',
    mailbox: 'Mails of sign-ups arrive in the <mailbox>mailbox</mailbox>.',
  },
  home: {
    title: 'You are signed in',
    subtitle: 'This is what the demo app received.',
    id_token: 'ID token',
    id_token_hint: 'Who signed in, when and how. Signed by {brand}, decoded here.',
    userinfo: 'Userinfo',
    userinfo_hint: 'What the userinfo endpoint answers for the access token.',
    access_token: 'Access token',
    access_token_hint: 'What the app shows to an API. It ends at {time}.',
    opaque: 'This one is opaque: only {brand} can read it.',
    api_answer: 'Answer of the API',
    api_answer_hint: 'Status {status}',
    refresh: 'Refresh the tokens',
    api: 'Call the demo API',
  },
  notes: {
    refreshed: 'The tokens were refreshed. The old refresh token no longer works.',
    cancelled: 'You cancelled the sign-in.',
    expired: 'This sign-in took too long or was finished before. Start again.',
    session_over: 'Your session has ended. Sign in again.',
    unavailable: 'The server did not answer. Try again in a moment.',
    failed: 'The sign-in did not work: the demo app refused the answer. The log of the server says why.',
  },
};

/** The mails that development mode keeps. */
export const mailbox = {
  list: {
    title: 'Mailbox',
    subtitle: 'Mails that this development server would have sent. They are kept in memory only.',
    to: 'To {address}',
    empty: 'No mail yet. <demo>Create an account in the demo app</demo>, and its code arrives here.',
  },
  message: {
    back: 'Mailbox',
    to: 'To',
    at: 'Sent',
    links: 'Links in this mail',
  },
};

/** The pages of the simulated upstreams. */
export const simulator = {
  banner: 'Simulation of {provider} - not the real {provider}',
  picker: {
    title: 'Choose who you are at “{provider}”',
    purpose: '{app} asks who you are. Every person here is made up.',
    purpose_unnamed: 'An app asks who you are. Every person here is made up.',
    no_email: 'No e-mail address',
    change: 'Change something about this person first',
    other_email: 'Another e-mail address',
    keep_email: 'Does not give the e-mail address away',
    no_picture: 'Has no picture',
    cancel: 'Cancel',
    returns: 'Then you go back to {host}',
  },
  form_post: {
    title: '“{provider}” sends you back',
    next: 'Continue',
  },
  error: {
    title: '“{provider}” refused the request',
    what: 'A real {provider} would refuse it too:',
  },
};
