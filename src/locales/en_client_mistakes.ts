/** What exactly an app got wrong, for its developer: what came, what is expected, what to change. No placeholders. */
export const clientMistakes = {
  client_id_missing: 'The request has no client_id. Send the one that stands in the configuration of the issuer.',
  client_id_unknown:
    'No client has the client_id that came. Compare it letter for letter with the one in the configuration, or register the app there.',
  redirect_uri_missing: 'The request has no redirect_uri. Send one that is registered, also when there is only one.',
  redirect_uri_none:
    'This client has no redirect URI, so nobody can be sent back to it. Add the one that came to redirect_uris, if this app signs people in.',
  redirect_uri_unregistered:
    'The redirect_uri that came is not registered for this client. Add it to redirect_uris, letter for letter, or send one that is there.',
  redirect_uri_slash:
    'The redirect_uri that came differs from a registered one only by the slash at its end. Make both the same.',
  redirect_uri_scheme:
    'The redirect_uri that came differs from a registered one only by http and https. Behind a proxy the app must know by which one people come.',
  redirect_uri_host:
    'The redirect_uri that came differs from a registered one only by localhost and its address. Make both the same: they are different hosts.',
  redirect_uri_port:
    'The redirect_uri that came differs from a registered one only by the port. Register this port; only a native app may choose one freely on loopback.',
  redirect_uri_case:
    'The redirect_uri that came differs from a registered one only by small and capital letters. Make both the same.',
  redirect_uri_query:
    'The redirect_uri that came differs from a registered one only by its query. Put what the app wants back into state, and leave the query away.',
  parameter_twice: 'A parameter of the request came twice. Send each of them once.',
  push_needed:
    'This request must be pushed first. Send it to the endpoint for pushed requests, and its request_uri here.',
  request_uri_unusable:
    'The request_uri is unknown, was used already, or has ended. Push the request anew for each sign-in: its request_uri works for a minute, and once.',
  logout_uri_unregistered:
    'The post_logout_redirect_uri that came is not registered for this client. Add it to post_logout_redirect_uris, letter for letter.',
  logout_hint_unusable:
    'The id_token_hint is no ID token of this issuer that can be read. Send the last ID token that this client got, as it is.',
  logout_client_differs:
    'The id_token_hint is of another client than client_id. Send the ID token of this client, or no client_id.',
};
