/**
 * config: what an admin wrote.
 *
 * Owns reading, substituting and checking the config files and the environment, where each mistake stands, following the files
 * while a process serves, and what was in force (table applied_configs). Mounts no URL. The settings of a room are described in
 * that room; here they only meet. Never prints a secret, and keeps of one only a keyed hash.
 */
export { ensureDevelopmentKeys, type SecretKeys } from './development_keys.ts';
export { readEnvironment } from './environment.ts';
export { keepApplied, lastApplied } from './applied_configs.ts';
export { configJsonSchema } from './json_schema.ts';
export { loadConfig, type LoadedConfig } from './load.ts';
export { formatMistakes, nearest } from './mistakes.ts';
export { changesBetween, type Change } from './plan.ts';
export { followConfig } from './reload.ts';
export { shownSettings } from './shown_settings.ts';
export type { Settings } from './settings.ts';
