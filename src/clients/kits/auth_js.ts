import type { Kit } from './kit.ts';

/** Auth.js 5 (next-auth), also for other frameworks than Next.js. */
export const authJs: Kit = {
  id: 'authjs',
  name: 'Auth.js',
  file: 'auth.ts',
  quoting: 'json',
  comment: '//',
  types: ['web'],
  callback: '/api/auth/callback/*',
  auth: { client_secret_basic: 'client_secret_basic', client_secret_post: 'client_secret_post' },
  followsDiscovery: true,
  notes: ['AUTH_SECRET is a secret of Auth.js itself: npx auth secret makes one.'],
  text: `import NextAuth from 'next-auth';

export const { handlers, auth, signIn, signOut } = NextAuth({
  providers: [
    {
      id: «callback_name»,
      name: «provider_name»,
      type: 'oidc',
      issuer: «issuer»,
      clientId: «client_id»,
      clientSecret: process.env[«secret_variable»],
      authorization: { params: { scope: «scope» } },
      checks: ['pkce', 'state', 'nonce'],
      client: { token_endpoint_auth_method: «auth_method» },
      idToken: false, // names and addresses are at userinfo
    },
  ],
});
`,
};
