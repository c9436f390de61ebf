/**
 * Room: locales. Every word that people read, per language, nested by room and screen; the English file is the type.
 * URLs: none. Never: renders, reads a request, or falls back to another language's sentence when one is missing.
 */
export { locales, translator } from './translator.ts';
export type { Tag, TextKey, Translate } from './translator.ts';
export { negotiateLocale } from './negotiate.ts';
export type { LocaleWishes } from './negotiate.ts';
