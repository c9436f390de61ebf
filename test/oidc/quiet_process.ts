// Runs through what the library does, in a process of its own: the test wants to read nothing of it.
import { protocolSettings, validateClients } from '../../src/oidc/index.ts';
import { agent, authorize, CLIENTS, openWorld, parameter, redeem, refresh, signIn } from './support.ts';

const backchannel_logout_uri = 'https://wiki.acme.example/backchannel';
const world = await openWorld({ clients: CLIENTS.map((client) => ({ ...client, backchannel_logout_uri })) });
const browser = agent(world.issuer);
await browser.get('/.well-known/openid-configuration');
await browser.get('/oidc/jwks');
await browser.get(authorize({ client_id: 'nobody' }));
await browser.get(authorize({ prompt: 'none' }));
const tokens = await redeem(world.issuer, parameter(await signIn(browser), 'code'), {});
await refresh(world.issuer, String(tokens.json['refresh_token']));
await agent(world.issuer).get('/oidc/userinfo', {
  authorization: `Bearer ${String(tokens.json['access_token'])}`,
  origin: 'https://wiki.acme.example',
});
await browser.get('/oidc/logout');
await world.oidc.endEverythingOf('ada');
await world.told();
if (world.outbound.length === 0) throw new Error('no app was told');
await validateClients([], protocolSettings.parse({}));
await world.close();
