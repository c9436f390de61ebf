import type { ClientType } from '../settings.ts';

/** The way by which an app says who it is, in the words of RFC 7591. */
export type AuthMethod = 'client_secret_basic' | 'client_secret_post' | 'none';

/**
 * Settings for one product, as data. In `text` a word in guillemets is replaced by a fact, quoted as the file needs it; a line
 * with a fact that this client does not have is left out. `«?fact»` only asks for the fact, and `«!fact»` for its absence.
 */
export interface Kit {
  /** What people type. */
  id: string;
  name: string;
  /** Where the text belongs. */
  file: string;
  /** How values stand in it. */
  quoting: Quoting;
  /** What begins a comment there. */
  comment: string;
  /** The types of clients that this product can be. */
  types: readonly ClientType[];
  /** The path at which it takes people back; `*` is a name of its own. Absent: the app decides. */
  callback?: string;
  /** What it calls the ways of authentication; it knows no other ones. */
  auth: Readonly<Partial<Record<AuthMethod, string>>>;
  /** It believes the algorithms of the discovery document; else RS256 only. */
  followsDiscovery: boolean;
  /** What its reader should know, beside the settings. */
  notes?: readonly string[];
  text: string;
}

/** `json` is also the string of JavaScript, Python, YAML and TOML. */
type Quoting = 'json' | 'ruby' | 'shell' | 'ini';

const PLAIN_INI = /^[\w:/.?=&%+~@,\- ]+$/;

/** How a value stands in a file of this kind, so that nothing in it can mean something there. */
export const quotes: Readonly<Record<Quoting, (value: string) => string>> = {
  json: (value) => JSON.stringify(value),
  ruby: (value) => JSON.stringify(value).replaceAll('#', String.raw`\#`),
  shell: (value) => `'${value.replaceAll("'", String.raw`'\''`)}'`,
  ini: (value) => (PLAIN_INI.test(value) ? value : `"""${value.replaceAll('"', '')}"""`),
};
