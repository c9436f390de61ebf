import { locales } from './translator.ts';
import type { Tag } from './translator.ts';

/** Everything that may say which language a person reads. Values come from outside: any string is safe here. */
export interface LocaleWishes {
  /** OIDC Core 3.1.2.1: tags in order of preference, separated by spaces. */
  ui_locales?: string;
  cookie?: string;
  /** The `locale` of the account's profile. */
  account?: string;
  acceptLanguage?: string;
  fallback: Tag;
}

const LONGEST = 512;
const MOST = 20;

/**
 * The language to show: the client's `ui_locales`, then the person's own choice (cookie), the account, the browser, the
 * fallback. A region is no obstacle (`ko-KR` is `ko`); what we do not speak is passed over. Never throws.
 */
export function negotiateLocale(wishes: LocaleWishes): Tag {
  return (
    first(listed(wishes.ui_locales, /\s+/)) ??
    first(listed(wishes.cookie, /\s+/)) ??
    first(listed(wishes.account, /\s+/)) ??
    first(accepted(wishes.acceptLanguage)) ??
    wishes.fallback
  );
}

function listed(text: string | undefined, separator: RegExp): string[] {
  return (text ?? '').slice(0, LONGEST).split(separator, MOST);
}

/** Accept-Language by quality, equal ones in their order; `q=0` means "not this one" (RFC 9110 12.5.4). */
function accepted(header: string | undefined): string[] {
  return listed(header, /,/)
    .map((part) => {
      const [tag = '', ...parameters] = part.split(';');
      const weight = parameters.find((parameter) => parameter.trim().toLowerCase().startsWith('q='));
      return { tag: tag.trim(), quality: weight === undefined ? 1 : Number(weight.trim().slice(2)) };
    })
    .filter(({ quality }) => quality > 0 && quality <= 1)
    .toSorted((one, other) => other.quality - one.quality)
    .map(({ tag }) => tag);
}

function first(tags: string[]): Tag | undefined {
  for (const tag of tags) {
    const language = tag.split(/[-_]/, 1)[0]?.toLowerCase();
    const spoken = locales.find((locale) => locale.tag === language);
    if (spoken) return spoken.tag;
  }
  return undefined;
}
