import { ensureDevelopmentKeys, type Settings } from '../config/index.ts';

/** Keys that development mode generates; elsewhere the config must hold them, which its check has seen to. */
export function secretsOf(settings: Settings, dataDir: string) {
  if (settings.development.generated_keys) return ensureDevelopmentKeys(settings, dataDir);
  const { encryption_key, subject_salt } = settings;
  if (!encryption_key || !subject_salt) throw new Error('encryption_key and subject_salt are missing in the config');
  return { encryption_key, subject_salt };
}
