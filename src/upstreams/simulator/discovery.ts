import type { Shape } from './shape.ts';

/** What an OpenID provider says about itself. The issuer is that of its tokens; the endpoints are where the simulator answers. */
export function discoveryDocument({ prefix, paths, idToken, resources = {} }: Shape, base: string) {
  const at = (path: string | undefined) => (path === undefined ? undefined : `${base}/${prefix}${path}`);
  const userinfo = Object.keys(resources)
    .find((name) => /^GET .*userinfo$/.test(name))
    ?.slice('GET '.length);
  return {
    issuer: idToken?.published ?? idToken?.issuer,
    authorization_endpoint: at(paths.authorize),
    token_endpoint: at(paths.token),
    jwks_uri: at(paths.keys),
    userinfo_endpoint: at(userinfo),
    revocation_endpoint: at(paths.revoke),
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    authorization_response_iss_parameter_supported: true,
  };
}
