import type { JWK } from 'jose';
import type { KeyKind } from './kinds.ts';
import type { KeyState } from './life.ts';
import type { Purpose } from './purposes.ts';
import type { KeySchedule } from './settings.ts';

/** Encryption at rest. Every value names the key it was sealed with, so that keys can be replaced one after the other. */
export interface Sealer {
  /** AES-256-GCM; `context` says what the value is and whose (`<table> <id>`), and opens nothing else. */
  seal(plain: string, context: string): string;
  /** The plain text, or IdpError `internal` when the value was tampered with, moved, or sealed with a key not configured. */
  open(sealed: string, context: string): string;
}

/** What the room offers. */
export interface Keys {
  /** Private JWKs with kid, use and alg, RS256 first, and of each algorithm the one that signs: for the protocol engine only. */
  signingKeys(): JWK[];
  /** Secrets that sign cookies: the first signs, all verify. */
  cookieKeys(): string[];
  sealer: Sealer;
  /** 32 bytes for one purpose, which outlive a change of the encryption key. */
  derive(purpose: Purpose): Buffer;
  /** Rejects when a key that we need is gone from the database, or cannot be opened any more. */
  check(): Promise<void>;
  /** Takes the steps that are due, and the keys as the database has them now. Rejects and changes nothing when they cannot be used. */
  look(): Promise<void>;
  /** Makes ready for another schedule, which holds from the call of what it resolves with. Rejects when the database is away. */
  prepare(schedule: KeySchedule): Promise<() => void>;
  /** Looks every other second. `changed` is told after other keys were taken, `failed` when a look came to nothing. */
  start(told: { changed(): void; failed(cause: unknown): void }): void;
  /** Resolves when nobody looks any more. */
  stop(): Promise<void>;
}

/** A change of the keys, as an event: which key, and nothing that is secret about it. */
export interface KeyChange {
  type: 'keys.created' | 'keys.published' | 'keys.signing' | 'keys.retired' | 'keys.dropped' | 'keys.rewrapped';
  outcome: 'ok';
  detail: Record<string, string | number>;
}

/** A key as its list shows it. */
export interface ListedKey {
  kind: KeyKind;
  id: string;
  state: KeyState;
  publishedAt: Date;
  /** When it began to sign, or may. */
  signsFrom: Date;
  /** When another one began to. */
  endedAt?: Date;
  /** When it goes, or went. */
  goneAt?: Date;
}

/** What became of the keys of one kind. */
export interface Rotated {
  kind: KeyKind;
  /** The next key, or the one that has just begun to sign. */
  id: string;
  state: 'published' | 'signing';
  changed: boolean;
  signsFrom: Date;
}

/** What became of one key. */
export type Retired =
  | { ok: true; kind: KeyKind | 'derived'; /** The key that signs in its place. */ signs?: string }
  | { ok: false; reason: 'unknown' | 'gone' | 'signs' }
  | { ok: false; reason: 'needed'; until: Date };

/** How far one column is. */
export interface Resealed {
  table: string;
  column: string;
  /** Values that another key than the first one had sealed. */
  found: number;
  done: number;
  /** Damaged, or sealed with a key that is not configured: left as they are. */
  unreadable: number;
}

/** What commands do with keys. Works where a key of the database cannot be opened: that one can then be dropped. */
export interface KeyAdministration {
  /** The newest first; the secrets of single purposes are not among them. */
  list(): Promise<ListedKey[]>;
  /** What an id means, in the list or among the purposes. */
  find(id: string): Promise<{ kind: KeyKind | 'derived'; state: KeyState } | undefined>;
  /** Publishes the next key of each kind where none is; one that was published for long enough begins to sign. */
  rotate(kinds: readonly KeyKind[]): Promise<Rotated[]>;
  /** Takes a key out of use: once nothing that it signed is around, or `now`, when another one signs in its place at once. */
  retire(id: string, wishes: { now: boolean }): Promise<Retired>;
  /** Seals with the first encryption key whatever was sealed with another one, and says of every column how it went. */
  rewrap(told: (soFar: Resealed[]) => void): Promise<Resealed[]>;
}
