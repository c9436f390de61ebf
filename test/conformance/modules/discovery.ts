import { demand, Skipped, type Play, type Run } from '../run.ts';

const isList = (value: unknown): value is string[] =>
  Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string');

/** Members that a registry of IANA or a specification of the OpenID Foundation knows; the suite warns of any other. */
const KNOWN =
  /^(?:issuer|(?:authorization|token|userinfo|registration|introspection|revocation|end_session|device_authorization|pushed_authorization_request|backchannel_authentication)_endpoint|jwks_uri|scopes_supported|(?:response_types|response_modes|grant_types|acr_values|subject_types|display_values|claim_types|claims|claims_locales|ui_locales|prompt_values|code_challenge_methods|authorization_details_types|backchannel_token_delivery_modes|dpop_signing_alg_values)_supported|(?:id_token|userinfo|request_object)_(?:signing_alg|encryption_alg|encryption_enc)_values_supported|(?:authorization|introspection)_(?:signing_alg|encryption_alg|encryption_enc)_values_supported|(?:token|introspection|revocation)_endpoint_auth_(?:methods|signing_alg_values)_supported|backchannel_authentication_request_signing_alg_values_supported|backchannel_user_code_parameter_supported|service_documentation|op_policy_uri|op_tos_uri|(?:claims|request|request_uri)_parameter_supported|require_request_uri_registration|require_signed_request_object|require_pushed_authorization_requests|tls_client_certificate_bound_access_tokens|mtls_endpoint_aliases|(?:front|back)channel_logout(?:_session)?_supported|authorization_response_iss_parameter_supported|client_id_metadata_document_supported)$/;

async function configuration(run: Run): Promise<void> {
  const { stage, variant, expect } = run;
  const { status, headers, body } = await stage.send(`${stage.issuer}/.well-known/openid-configuration`);
  demand(status === 200, 'the discovery document is there');
  expect(/^application\/json\b/.test(headers['content-type'] ?? ''), 'the discovery document is application/json');
  const metadata: Record<string, unknown> = JSON.parse(body);
  const listed = (name: string) => (isList(metadata[name]) ? metadata[name] : []);
  expect(metadata['issuer'] === stage.issuer, 'issuer is the URL before /.well-known (Discovery 4.3)');
  const types = variant.registration === 'dynamic' ? ['code', 'id_token', 'id_token token'] : ['code'];
  for (const type of types)
    expect(listed('response_types_supported').includes(type), `response_types_supported has ${type}`);
  const grants = variant.registration === 'dynamic' ? ['authorization_code', 'implicit'] : ['authorization_code'];
  for (const grant of grants)
    expect(listed('grant_types_supported').includes(grant), `grant_types_supported has ${grant}`);
  expect(
    listed('subject_types_supported').every((type) => type === 'public' || type === 'pairwise'),
    'subject_types_supported has public or pairwise',
  );
  expect(
    listed('id_token_signing_alg_values_supported').includes('RS256'),
    'id_token_signing_alg_values_supported has RS256',
  );
  expect(listed('claims_supported').length > 0, 'claims_supported says which claims there are', 'WARNING');
  expect(listed('scopes_supported').includes('openid'), 'scopes_supported has openid');
  expect(metadata['userinfo_endpoint'], 'there is a userinfo_endpoint', 'WARNING');
  checkLocales(run, [...listed('ui_locales_supported'), ...listed('claims_locales_supported')]);
  checkEndpoints(run, metadata);
  const unknown = Object.keys(metadata).filter((name) => !KNOWN.test(name));
  expect(unknown.length === 0, `every member is one of a specification; unknown: ${unknown.join(', ')}`, 'WARNING');
  await checkKeys(run);
}

/** BCP 47 is written `ko`, `zh-Hant`, `en-GB`. */
function checkLocales({ expect }: Run, tags: string[]): void {
  for (const tag of tags)
    expect(Intl.getCanonicalLocales(tag)[0] === tag, `the language tag ${tag} is written canonically`, 'WARNING');
}

function checkEndpoints({ expect }: Run, metadata: Record<string, unknown>): void {
  for (const name of ['authorization_endpoint', 'token_endpoint', 'jwks_uri'])
    expect(metadata[name], `there is a ${name}`);
  for (const [name, url] of Object.entries(metadata))
    if (name.endsWith('_endpoint') || name === 'jwks_uri')
      expect(URL.parse(String(url))?.protocol === 'https:', `${name} is https`);
  const methods = metadata['code_challenge_methods_supported'];
  expect(methods === undefined || isList(methods), 'code_challenge_methods_supported is a list');
}

async function checkKeys({ stage, expect }: Run): Promise<void> {
  const { set } = await stage.keys();
  const ids = set.keys.map(({ kid }) => kid);
  expect(ids.length > 0 && ids.every((id) => typeof id === 'string'), 'every key of the key set has an id');
  expect(new Set(ids).size === ids.length, 'no two keys have the same id');
  expect(
    set.keys.some(({ kty, use }) => kty === 'RSA' && use !== 'enc'),
    'there is an RSA key for RS256',
  );
  expect(
    set.keys.every((key) => !('d' in key) && !('k' in key)),
    'no key is a private or symmetric one',
  );
}

/** A discovery document that has these members; the endpoint is checked like every other one. */
const announces =
  (...names: string[]): Play =>
  async (run) => {
    const { metadata } = run.stage;
    checkEndpoints(run, metadata);
    for (const name of names)
      run.expect(
        metadata[name] === true || name.endsWith('_endpoint') ? metadata[name] : false,
        `discovery has ${name}`,
      );
  };

/** Something that the library does not have; discovery must not say that we do. */
const absent =
  (what: string, ...names: string[]): Play =>
  async ({ stage, expect }) => {
    const announced = names.filter((name) => stage.metadata[name] !== undefined);
    if (!expect(announced.length === 0, `discovery does not announce ${announced.join(', ')}`)) return;
    throw new Skipped(`${what} is not offered: oidc-provider has had none since 2021.`);
  };

const frontchannel = absent('Front-channel logout', 'frontchannel_logout_supported');
const sessionManagement = absent('Session management', 'check_session_iframe');

/** OpenID Connect Discovery 1.0, RFC 8414. */
export const discovery: Record<string, Play> = {
  'oidcc-discovery-endpoint-verification': configuration,
  'oidcc-rp-initiated-logout-discovery-endpoint-verification': announces('end_session_endpoint'),
  'oidcc-frontchannel-logout-discovery-endpoint-verification': frontchannel,
  'oidcc-frontchannel-rp-initiated-logout': frontchannel,
  'oidcc-session-management-discovery-endpoint-verification': sessionManagement,
  'oidcc-session-management-rp-initiated-logout': sessionManagement,
  'oidcc-backchannel-logout-discovery-endpoint-verification': announces(
    'end_session_endpoint',
    'backchannel_logout_supported',
    'backchannel_logout_session_supported',
  ),
};
