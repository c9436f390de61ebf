/** Keys that have a place of their own in the settings; the rest of the template is the library's. */
const own = [
  'client_id',
  'name',
  'type',
  'client_secret',
  'client_secrets',
  'redirect_uris',
  'first_party',
  'client_uri',
  'logo_uri',
  'policy_uri',
  'tos_uri',
  'require_pkce',
  'require',
  'allow',
  'lifetimes',
  'upstreams',
];

/** Client metadata that the engine understands; it drops every other key in silence, so we refuse them. */
const metadata = [
  'application_type',
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
  'response_modes',
  'response_types',
  'scope',
  'subject_type',
  'token_endpoint_auth_method',
  'token_endpoint_auth_signing_alg',
];

/** Every key that an entry of `clients:` may have, whatever the protocol offers; its features bring further ones. */
export const clientKeys: readonly string[] = [...own, ...metadata].toSorted();
