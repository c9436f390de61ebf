import { join } from 'node:path';
import pug from 'pug';
import { translator } from '../../src/locales/index.ts';
import type { Tag, TextKey, Translate } from '../../src/locales/index.ts';
import { themeTokens } from '../../src/web/theme.ts';

const viewsDir = join(import.meta.dirname, '../../views');
const compiled = new Map<string, pug.compileTemplate>();

/** Every key that a view or a title asked for since the start of this process. */
export const askedFor = new Set<string>();

/** Makes the translate function that views get; it notes the keys. */
function notingTranslator(tag: Tag): Translate {
  const t = translator(tag);
  return (key, values) => {
    askedFor.add(key);
    return t(key, values);
  };
}

/** A text that a room has translated before it hands it to a view; renderState fills it in, in the language of the page. */
export interface Said {
  said: TextKey;
  values?: Record<string, string | number>;
}

/** Stands in a state for `t(key, values)` of the room. */
export function said(key: TextKey, values?: Record<string, string | number>): Said {
  return { said: key, values };
}

/** A view in one state: what a room would hand to the web room. */
export interface State {
  view: string;
  /** What sets this state apart, for file names and test names. */
  name: string;
  screen: string;
  title: TextKey | { text: string };
  titleValues?: Record<string, string>;
  wide?: boolean;
  error?: string;
  reference?: string;
  brand?: object;
  page: Record<string, unknown>;
}

export const brand = {
  name: 'Acme',
  logo: '/assets/logo.svg',
  logo_dark: '/assets/logo-dark.svg',
  support: 'help@acme.example',
  privacy: 'https://acme.example/privacy',
  terms: 'https://acme.example/terms',
};

/** The HTML of a state in a language, with the locals that the web room gives to every view. */
export function renderState(state: State, locale: Tag): string {
  const t = notingTranslator(locale);
  const { title, titleValues } = state;
  return template(state.view)({
    t,
    locale,
    locales: [
      { tag: 'en', name: 'English', href: '?lang=en', current: locale === 'en' },
      { tag: 'ko', name: '한국어', href: '?lang=ko', current: locale === 'ko' },
    ],
    brand: state.brand ?? brand,
    csrf: 'k3Jx9',
    title: typeof title === 'string' ? t(title, { brand: brand.name, ...titleValues }) : title.text,
    screen: state.screen,
    wide: state.wide ?? false,
    error: state.error,
    reference: state.reference,
    assets: {
      css: '/assets/look.css',
      js: '/assets/page.js',
      passkeys: '/assets/passkeys.js',
      mark: '/assets/mark.svg',
    },
    page: spoken(state.page, t),
  });
}

function spoken(value: unknown, t: Translate): unknown {
  if (Array.isArray(value)) return value.map((one) => spoken(one, t));
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (isSaid(value)) return t(value.said, value.values);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, spoken(one, t)]));
}

function isSaid(value: object): value is Said {
  return 'said' in value;
}

/** Every mail, by its view. */
export const mailNames = [
  'verify_email',
  'already_registered',
  'link_code',
  'identity_linked',
  'identity_unlinked',
  'identity_withdrawn',
  'upstream_alarm',
  'invitation',
  'reset_password',
  'password_changed',
  'passkey_added',
  'passkey_removed',
  'passkey_copied',
  'new_device',
  'sign_in_request',
  'second_step_on',
  'second_step_off',
  'totp_removed',
  'recovery_code_used',
  'recovery_codes_made',
  'change_address',
  'address_wanted',
  'address_confirmed',
  'address_changed',
  'address_restored',
  'deletion_scheduled',
  'deletion_done',
] as const;

/** A mail in one of its two forms. */
export function renderMail(
  name: (typeof mailNames)[number],
  form: 'html' | 'text',
  locale: Tag,
  values: Record<string, string>,
): string {
  const t = notingTranslator(locale);
  const subject = t(`mail.${name}.subject`, { brand: brand.name, ...values });
  const colors = themeTokens('#0b5fff');
  return template(`mail/${name}`)({
    form,
    t,
    locale,
    brand,
    issuer: 'https://id.acme.example',
    values,
    happened: { when: '21 November 2026 at 14:32 (UTC)', device: 'Firefox, Linux' },
    colors,
    subject,
  });
}

function template(view: string): pug.compileTemplate {
  const known = compiled.get(view) ?? pug.compileFile(join(viewsDir, `${view}.pug`), { basedir: viewsDir });
  compiled.set(view, known);
  return known;
}
