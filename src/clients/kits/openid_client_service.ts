import type { Kit } from './kit.ts';

/** A program that speaks for itself: no person, no browser. */
export const openidClientService: Kit = {
  id: 'openid-client',
  name: 'openid-client (service)',
  file: 'service.mjs',
  quoting: 'json',
  comment: '//',
  types: ['service'],
  auth: { client_secret_basic: 'ClientSecretBasic', client_secret_post: 'ClientSecretPost' },
  followsDiscovery: true,
  notes: [
    'npm install openid-client. `resource` names an API of the config (resources:); without one the token is opaque.',
  ],
  text: `import * as oidc from 'openid-client';

const config = await oidc.discovery(
  new URL(«issuer»),
  «client_id»,
  undefined,
  oidc.ClientSecretBasic(process.env[«secret_variable»]), «?basic»
  oidc.ClientSecretPost(process.env[«secret_variable»]), «?post»
  {}, «!insecure»
  { execute: [oidc.allowInsecureRequests] }, «?insecure»
);
const parameters = process.env.RESOURCE ? { resource: process.env.RESOURCE, scope: process.env.SCOPE } : {};
const { access_token, expires_in } = await oidc.clientCredentialsGrant(config, parameters);
console.log(\`an access token of \${access_token.length} characters, for \${expires_in} seconds\`);
`,
};
