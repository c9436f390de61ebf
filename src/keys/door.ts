import type { JWK } from 'jose';

/** Encryption at rest. Every value names the key it was sealed with, so that keys can be replaced one after the other. */
export interface Sealer {
  /** AES-256-GCM; `context` says what the value is and whose (`<table> <id>`), and opens nothing else. */
  seal(plain: string, context: string): string;
  /** The plain text, or IdpError `internal` when the value was tampered with, moved, or sealed with a key not configured. */
  open(sealed: string, context: string): string;
}

/** What the room offers. */
export interface Keys {
  /** Private JWKs with kid, use and alg, RS256 first: for the protocol engine only. */
  signingKeys(): JWK[];
  /** Secrets that sign cookies: the first signs, all verify. */
  cookieKeys(): string[];
  sealer: Sealer;
  /** 32 bytes for one purpose, from the first encryption key. */
  derive(purpose: string): Buffer;
  /** Rejects when a signing key that we use is gone from the database, or cannot be opened any more. */
  check(): Promise<void>;
}
