import type { Kit } from './kit.ts';

/** A command-line tool or a television: its person signs in elsewhere and types a code there. */
export const openidClientDevice: Kit = {
  id: 'openid-client',
  name: 'openid-client (device)',
  file: 'device.mjs',
  quoting: 'json',
  comment: '//',
  types: ['device'],
  auth: { none: 'None' },
  followsDiscovery: true,
  notes: ['npm install openid-client.'],
  text: `import * as oidc from 'openid-client';

const config = await oidc.discovery(
  new URL(«issuer»),
  «client_id»,
  undefined,
  oidc.None(),
  { execute: [oidc.enableNonRepudiationChecks] }, «!insecure»
  { execute: [oidc.enableNonRepudiationChecks, oidc.allowInsecureRequests] }, «?insecure»
);
const device = await oidc.initiateDeviceAuthorization(config, { scope: «scope» });
console.log(\`Open \${device.verification_uri} and type \${device.user_code}\`);
const tokens = await oidc.pollDeviceAuthorizationGrant(config, device);
console.log(\`signed in as \${tokens.claims().sub}\`);
`,
};
