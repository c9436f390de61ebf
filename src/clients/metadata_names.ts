/** Keys that have a place of their own in the settings; the rest of the template is the library's. */
const own = [
  'client_id',
  'name',
  'type',
  'client_secret',
  'redirect_uris',
  'post_logout_redirect_uris',
  'first_party',
  'client_uri',
  'logo_uri',
  'policy_uri',
  'tos_uri',
  'require_pkce',
  'require',
  'upstreams',
];

/** Client metadata that the engine understands; it drops every other key in silence, so we refuse them. */
const metadata = [
  'application_type',
  'backchannel_logout_session_required',
  'backchannel_logout_uri',
  'client_name',
  'client_secret_expires_at',
  'contacts',
  'default_acr_values',
  'default_max_age',
  'grant_types',
  'id_token_signed_response_alg',
  'initiate_login_uri',
  'jwks',
  'jwks_uri',
  'require_auth_time',
  'require_pushed_authorization_requests',
  'response_modes',
  'response_types',
  'scope',
  'sector_identifier_uri',
  'subject_type',
  'token_endpoint_auth_method',
  'token_endpoint_auth_signing_alg',
];

/** Every key that an entry of `clients:` may have. */
export const clientKeys: readonly string[] = [...own, ...metadata].toSorted();
