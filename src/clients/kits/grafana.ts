import type { Kit } from './kit.ts';

/** Grafana's generic OAuth. It follows no discovery document: every endpoint stands in its file. */
export const grafana: Kit = {
  id: 'grafana',
  name: 'Grafana',
  file: 'grafana.ini',
  quoting: 'ini',
  comment: ';',
  types: ['web'],
  callback: '/login/generic_oauth',
  auth: { client_secret_basic: 'InHeader', client_secret_post: 'InParams' },
  followsDiscovery: true,
  notes: ['Roles come from role_attribute_path; without it everybody is a Viewer.'],
  text: `[server]
root_url = «base»

[auth.generic_oauth]
enabled = true
name = «provider_name»
client_id = «client_id»
client_secret = $__env{«=secret_variable»}
auth_style = «auth_method»
scopes = «scope»
auth_url = «authorize»
token_url = «token»
api_url = «userinfo»
signout_redirect_url = «signout_redirect»
use_pkce = true
use_refresh_token = true
allow_sign_up = true
login_attribute_path = sub
name_attribute_path = name
email_attribute_path = email
groups_attribute_path = groups«?groups»
`,
};
