/** The error page by code: the heading, what happened, what to do, and how whoever owns the cause mends it. No placeholders. */
export const errors = {
  client_unknown: {
    title: 'This sign-in link does not work',
    what: 'The app that sent you here is not registered with us. You did nothing wrong.',
    action: 'Tell the app’s owner and give them the reference.',
    how: 'No client has this client_id. Compare it, letter for letter, with the one in the configuration.',
  },
  redirect_uri_mismatch: {
    title: 'This sign-in link does not work',
    what: 'The app that sent you here is not set up correctly. You did nothing wrong.',
    action: 'Tell the app’s owner and give them the reference.',
    how: 'The redirect_uri of the request is not registered for this client. Add it, letter for letter, to redirect_uris.',
  },
  request_invalid: {
    title: 'This request is not complete',
    what: 'Something in the request that brought you here is missing or wrong.',
    action:
      'Go back to the app and try once more. If it happens again, tell the app’s owner and give them the reference.',
    how: 'The request does not follow the specification. The facts below name the part; nothing was sent to the redirect_uri.',
  },
  interaction_expired: {
    title: 'This page was open too long',
    what: 'For your safety a sign-in page works for one hour, and once.',
    action: 'Start again from here, or from the app that you want to use.',
    how: 'The visit is over or was finished in another tab. Send the person to the authorization endpoint again.',
  },
  interaction_foreign: {
    title: 'This sign-in belongs to another browser',
    what: 'A sign-in can only be finished in the browser where it began.',
    action: 'Go back to that browser, or open the app here and sign in.',
    how: 'The visit’s binding cookie belongs to another browser. Links of a running sign-in must not be passed on.',
  },
  cookies_missing: {
    title: 'Your browser did not keep our cookie',
    what: 'Without one small cookie we cannot know that it is still you.',
    action: 'Allow cookies for this site, then start again.',
    how: 'The browser sent no binding cookie. It blocks cookies, or the page was opened on another host name than the issuer’s.',
  },
  upstream_cancelled: {
    title: 'You cancelled',
    what: 'The other service told us that you stopped there. Nothing was changed.',
    action: 'Start again, or choose another way to sign in.',
    how: 'The upstream answered access_denied and the visit it belonged to is over.',
  },
  upstream_failed: {
    title: 'The other service’s answer was not right',
    what: 'We could not trust what came back, so nobody was signed in.',
    action: 'Start again, or choose another way to sign in.',
    how: 'The upstream’s answer failed a check. Run explain with the reference to see which.',
  },
  upstream_unavailable: {
    title: 'The other service is not answering',
    what: 'We asked it to sign you in and heard nothing in time.',
    action: 'Try again in a moment, or choose another way to sign in.',
    how: 'The upstream timed out, refused the connection or answered with an error of its own.',
  },
  upstream_loop: {
    title: 'This sign-in goes round in circles',
    what: 'The other service sent you here to sign in, and we would send you back to it.',
    action: 'Choose another way to sign in.',
    how: 'Two issuers use each other as upstream. The request came with our own or the upstream’s issuer in idp_chain, or was passed on too often.',
  },
  upstream_misconfigured: {
    title: 'This way of signing in is not set up correctly',
    what: 'The other service refused us, not you.',
    action: 'Choose another way to sign in, and give support the reference.',
    how: 'Compare client id, client secret and callback URL with what is registered at the upstream.',
  },
  account_disabled: {
    title: 'This account cannot be used',
    what: 'An administrator has switched it off, or it is about to be deleted. Your data is still there.',
    action:
      'If you deleted it and want it back, open the link in the mail about that. Otherwise contact support and give them the reference.',
    how: 'The account is disabled, or its person deleted it and the grace period runs. The command accounts show tells its state.',
  },
  signup_closed: {
    title: 'New accounts are by invitation',
    what: 'There is no account for you here yet, and you cannot make one yourself.',
    action: 'Ask the people who run this service for an invitation.',
    how: 'signup.allow in the configuration decides who may create an account, and accounts invite makes invitations.',
  },
  invitation_unusable: {
    title: 'This invitation cannot be used',
    what: 'It has ended, was used already, or is for another e-mail address. No account was made.',
    action: 'Ask the people who invited you for a new one, or start again with the address that was invited.',
    how: 'accounts invitations lists the invitations with their address, uses and end; accounts invite makes a new one.',
  },
  form_stale: {
    title: 'This page was open too long',
    what: 'We could not be sure that the form was sent from our own page, so nothing was changed.',
    action: 'Go back, reload the page and send it again.',
    how: 'The form’s token or its origin did not match. A proxy that changes Host or Origin also causes this.',
  },
  too_many_requests: {
    title: 'Too many tries',
    what: 'Too many requests came from here in a short time.',
    action: 'Wait a little, then try again.',
    how: 'A rate limit of limits in the configuration was reached. Retry-After says for how long.',
  },
  too_large: {
    title: 'That was too much at once',
    what: 'The request is larger than we accept.',
    action: 'Go back to the app. If it happens again, tell its owner and give them the reference.',
    how: 'Forms may have 64 kB, authorization requests 8 kB. Send larger ones as a pushed authorization request (PAR).',
  },
  not_found: {
    title: 'There is no page here',
    what: 'The address is mistyped, or the page is gone.',
    action: 'Check the address, or go to the start page.',
    how: 'No route answers this path. All endpoints are listed in the discovery document.',
  },
  busy: {
    title: 'We are very busy',
    what: 'More people are signing in than we can serve at once.',
    action: 'Wait a few seconds, then try again.',
    how: 'The password queue is full. Add processes, or look for a flood of sign-ins.',
  },
  database_unavailable: {
    title: 'We cannot sign you in right now',
    what: 'A part of this service is down. Nothing you entered was lost halfway.',
    action: 'Try again in a minute.',
    how: 'PostgreSQL does not answer. /health/ready shows the state.',
  },
  internal: {
    title: 'Something went wrong on our side',
    what: 'This should not have happened, and it is not your fault.',
    action: 'Try again. If it happens again, give support the reference.',
    how: 'An unexpected error. The log line with this reference has the cause.',
  },
};
