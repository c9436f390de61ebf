import { unknownResources } from './id_rules.ts';
import type { Known } from './known.ts';
import type { Finding } from './rules.ts';

/** What the settings of apps that nobody has looked at must not say of a real issuer, and which APIs they name in vain. */
export function strangerFindings(known: Known): Finding[] {
  const { registration = false, client_id_metadata: documents = false } = known.protocol ?? {};
  const findings: Finding[] = [];
  if (known.mode === 'production' && registration && registration.initial_access_tokens === 'optional') {
    findings.push({
      path: ['protocol', 'registration', 'initial_access_tokens'],
      rule: 'open_registration',
      message: 'only in development mode anybody may register an app',
      accepted: 'required',
      production: true,
    });
  }
  if (known.mode === 'production' && known.outbound?.loopback_for_strangers) {
    findings.push({
      path: ['outbound', 'loopback_for_strangers'],
      rule: 'loopback_for_strangers',
      message: 'only in development mode strangers may name an address of this machine',
      accepted: 'false',
      production: true,
    });
  }
  const settings = Object.entries({ registration, client_id_metadata: documents });
  return [
    ...findings,
    ...settings.flatMap(([key, value]) =>
      value ? unknownResources(known, ['protocol', key, 'resources'], value.resources) : [],
    ),
  ];
}
