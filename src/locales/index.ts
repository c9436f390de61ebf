/**
 * locales: every word that people read.
 *
 * Owns the texts of each language, nested by room and screen (the English file is the type), and which language a person
 * gets. Mounts no URL. Never renders, never reads a request, and never falls back to another language's sentence when one
 * is missing.
 */
export { locales, translator } from './translator.ts';
export type { Tag, TextKey, Translate } from './translator.ts';
export { negotiateLocale } from './negotiate.ts';
export type { LocaleWishes } from './negotiate.ts';
