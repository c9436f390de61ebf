import type { Kit } from './kit.ts';

/** Nextcloud with its app user_oidc. */
export const nextcloud: Kit = {
  id: 'nextcloud',
  name: 'Nextcloud',
  file: 'gatehouse.sh',
  quoting: 'shell',
  comment: '#',
  types: ['web'],
  callback: '/apps/user_oidc/code',
  auth: { client_secret_basic: '', client_secret_post: '' },
  followsDiscovery: true,
  notes: [
    'Run it in the folder of Nextcloud. Where its URLs are not pretty, the path begins with /index.php: register that URL.',
  ],
  text: `php occ app:enable user_oidc
php occ config:system:set user_oidc use_pkce --type=boolean --value=true
php occ user_oidc:provider gatehouse \\
  --clientid=«client_id» \\
  --clientsecret="$«=secret_variable»" \\
  --discoveryuri=«discovery» \\
  --scope=«scope» \\
  --unique-uid=1 \\
  --mapping-uid=sub \\
  --mapping-groups=groups \\«?groups»
  --group-provisioning=1 \\«?groups»
  --mapping-display-name=name \\
  --mapping-email=email
`,
};
