import type { Kit } from './kit.ts';

/** oauth2-proxy 7, in front of an app that knows no OpenID Connect. */
export const oauth2Proxy: Kit = {
  id: 'oauth2-proxy',
  name: 'oauth2-proxy',
  file: 'oauth2-proxy.cfg',
  quoting: 'json',
  comment: '#',
  types: ['web'],
  callback: '/oauth2/callback',
  auth: { client_secret_basic: '', client_secret_post: '' },
  followsDiscovery: true,
  notes: [
    'The secret comes in the environment: OAUTH2_PROXY_CLIENT_SECRET. OAUTH2_PROXY_COOKIE_SECRET is its own: 32 random bytes.',
    'upstreams is where your app listens, and http_address where oauth2-proxy does: 127.0.0.1:4180 unless it says otherwise.',
    'email_domains lets everybody in who may use this client here; name your domains to narrow that.',
  ],
  text: `provider = "oidc"
provider_display_name = «provider_name»
oidc_issuer_url = «issuer»
client_id = «client_id»
redirect_url = «redirect_uri»
scope = «scope»
code_challenge_method = "S256"
user_id_claim = "sub"
oidc_groups_claim = "groups"«?groups»
email_domains = ["*"]
backend_logout_url = «backend_logout»
upstreams = ["http://127.0.0.1:8080"]
cookie_secure = true «!insecure»
cookie_secure = false «?insecure»
`,
};
