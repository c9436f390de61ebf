/**
 * Signs somebody in on a machine without a browser (RFC 8628): shows a code, waits until its owner has typed it elsewhere, and
 * prints what the issuer says of them. People read stderr, the next program stdout.
 */
import * as oidc from 'openid-client';

const { ISSUER, CLIENT_ID } = process.env;

// A program that people have on their machines can keep no secret.
const config = await oidc.discovery(new URL(ISSUER), CLIENT_ID, undefined, oidc.None(), {
  // Plain http is for development on one machine.
  execute: ISSUER.startsWith('http:') ? [oidc.allowInsecureRequests] : [],
});

const device = await oidc.initiateDeviceAuthorization(config, { scope: 'openid profile email' });
console.error(`Open ${device.verification_uri} and type ${device.user_code}`);
if (device.verification_uri_complete) console.error(`or open ${device.verification_uri_complete}`);

try {
  // Asks as often as the issuer allows, until there is an answer or the code is over.
  const tokens = await oidc.pollDeviceAuthorizationGrant(config, device);
  const userinfo = await oidc.fetchUserInfo(config, tokens.access_token, tokens.claims().sub);
  console.log(JSON.stringify(userinfo, null, 2));
} catch (error) {
  const refusals = { access_denied: 'You said no.', expired_token: 'The code is over. Begin again.' };
  if (!Object.hasOwn(refusals, error.error)) throw error;
  console.error(refusals[error.error]);
  process.exitCode = 1;
}
