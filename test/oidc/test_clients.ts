import type { ClientInput } from '../../src/clients/index.ts';

export const SECRET = 'the-secret-of-a-test-client-0123456789';
export const API = 'https://api.acme.example/';

export const CLIENTS: ClientInput[] = [
  {
    client_id: 'wiki',
    name: 'Wiki',
    client_secret: SECRET,
    redirect_uris: ['https://wiki.acme.example/cb'],
    post_logout_redirect_uris: ['https://wiki.acme.example/bye'],
    first_party: true,
  },
  { client_id: 'shop', name: 'Shop', client_secret: SECRET, redirect_uris: ['https://shop.example/cb'] },
  { client_id: 'spa', type: 'spa', redirect_uris: ['https://spa.acme.example/cb'], first_party: true },
  {
    client_id: 'old',
    client_secret: SECRET,
    redirect_uris: ['https://old.acme.example/cb'],
    first_party: true,
    require_pkce: false,
  },
  { client_id: 'cli', type: 'native', redirect_uris: ['http://127.0.0.1/cb', 'com.example.cli:/cb'] },
  { client_id: 'job', type: 'service', client_secret: SECRET, resources: { [API]: ['read'] } },
];
