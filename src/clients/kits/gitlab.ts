import type { Kit } from './kit.ts';

/** A GitLab of one's own, by its Linux package. */
export const gitlab: Kit = {
  id: 'gitlab',
  name: 'GitLab',
  file: '/etc/gitlab/gitlab.rb',
  quoting: 'ruby',
  comment: '#',
  types: ['web'],
  callback: '/users/auth/openid_connect/callback',
  auth: { client_secret_basic: 'basic', client_secret_post: 'query' },
  followsDiscovery: true,
  notes: ['Then gitlab-ctl reconfigure. The variable must be there while it runs.'],
  text: `gitlab_rails['omniauth_allow_single_sign_on'] = ['openid_connect']
gitlab_rails['omniauth_block_auto_created_users'] = false
gitlab_rails['omniauth_providers'] = [
  {
    name: 'openid_connect', # GitLab expects this name
    label: «provider_name»,
    args: {
      name: 'openid_connect',
      scope: «scope_list»,
      response_type: 'code',
      issuer: «issuer»,
      discovery: true,
      client_auth_method: «auth_method»,
      uid_field: 'sub',
      pkce: true,
      client_options: {
        identifier: «client_id»,
        gitlab: { groups_attribute: 'groups' },«?groups»
        secret: ENV.fetch(«secret_variable»),
        redirect_uri: «redirect_uri»
      }
    }
  }
]
`,
};
