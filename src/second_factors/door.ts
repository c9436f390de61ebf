import type { Knex } from 'knex';
import type { Context } from 'koa';
import type { Account, Occasion } from '../accounts/index.ts';
import type { Sweep } from '../database/index.ts';

/**
 * What a typed code is worth. `reused`: it was right, and is used up. `throttled`: there were too many wrong ones of this
 * account; `retryAfter` in seconds.
 */
export type Proof =
  | { ok: true; method: 'otp' }
  | { ok: false; reason: 'wrong' | 'reused' }
  | { ok: false; reason: 'throttled'; retryAfter: number };

/** The second factors of one account. */
export interface EnrolledFactors {
  totp?: { addedAt: Date; lastUsedAt: Date };
  /** How many recovery codes are left, and when they were made. */
  recoveryCodes: number;
  recoveryCodesMadeAt?: Date;
  /** What the person wants to be asked for first. */
  preferred?: Preferred;
}

/** What can be asked for first. */
export type Preferred = 'totp' | 'passkey';

/** A new authenticator app, as its page shows it until the first code of it confirms it. */
export interface NewTotp {
  /** Sealed: to be kept on the server until it is confirmed. It opens for this account only. */
  secret: string;
  /** The same for whoever cannot scan: base32 in groups of four. */
  text: string;
  /** The same as an `otpauth:` URI. */
  uri: string;
  /** The same as a picture; see the mixin `totp`. */
  qr: QrCode;
}

/** A picture for cameras: `path` of SVG, black, on a white square of `size`, which has its margin in it. */
export interface QrCode {
  size: number;
  path: string;
}

/** What came of setting up an app. `codes`: the account's first recovery codes, to be shown once. */
export type EnrolledTotp = { ok: true; codes?: string[] } | { ok: false; reason: 'wrong' | 'enrolled_already' };

/** A browser that need not prove a second factor. */
export interface TrustedDevice {
  browserHash: string;
  since: Date;
  until: Date;
}

/** What the room offers. */
export interface SecondFactors {
  /** In one statement. */
  of(accountId: string): Promise<EnrolledFactors>;
  /** Whether the account has an authenticator app. */
  hasTotp(within: Knex, accountId: string): Promise<boolean>;
  /** A new secret; nothing is kept yet. */
  newTotp(account: Pick<Account, 'id' | 'address'>): NewTotp;
  /** The same for a secret that was sealed before: for a page that is shown again. */
  showTotp(account: Pick<Account, 'id' | 'address'>, secret: string): NewTotp;
  /**
   * Keeps the secret if the code is one of it; the code counts as used. An app that is there is never replaced. In one
   * transaction, with what the caller does `also`: the second step is on, whoever has no recovery codes gets ten, no browser is
   * trusted, and the owner has a mail. IdpError interaction_expired when the account's proofs were dropped meanwhile.
   */
  enrolTotp(
    account: Account,
    secret: string,
    code: string,
    occasion: Occasion,
    also?: (within: Knex, codes: string[] | undefined) => Promise<void>,
  ): Promise<EnrolledTotp>;
  /** Accepts a code of the app once, and none that is older than one accepted before (RFC 6238 5.2, ASVS 5.0 6.5.1). */
  proveTotp(accountId: string, code: string, about: Pick<Occasion, 'reference'>): Promise<Proof>;
  /** Accepts a recovery code once, and mails its owner how many are left. */
  proveRecoveryCode(accountId: string, code: string, about: Occasion): Promise<Proof & { left?: number }>;
  /** Ten new codes; those before are worth nothing. This is the only time that they can be read. */
  makeRecoveryCodes(within: Knex, accountId: string): Promise<string[]>;
  /** Asks for this first from now on, of who has both. */
  prefer(accountId: string, method: Preferred): Promise<void>;

  /** Seconds for which a browser may be trusted; 0: not at all, and nobody is to be offered it. */
  trustSeconds: () => number;
  /** From now on this browser need not prove a second factor of the account. Sets the cookie. */
  trust(ctx: Context, account: Pick<Account, 'id' | 'proofEpoch'>): Promise<void>;
  /** Whether this browser is trusted by the account as it is now. */
  isTrusted(ctx: Context, account: Pick<Account, 'id' | 'proofEpoch'>): Promise<boolean>;
  /** The browsers that the account trusts now, the newest first. */
  trustedDevices(accountId: string): Promise<TrustedDevice[]>;
  /** No browser is trusted any more, but the one that is excepted. */
  distrust(within: Knex, accountId: string, except?: string): Promise<void>;

  /** Takes the app away; false when there is none. The caller drops proofs and tells its owner. */
  removeTotp(within: Knex, accountId: string): Promise<boolean>;
  /** Takes away what was set up since then, by whoever had the account meanwhile, and trust in every browser. */
  removeSince(within: Knex, accountId: string, since: Date): Promise<void>;
  /** Takes everything of this room away. */
  removeAll(within: Knex, accountId: string): Promise<void>;
  /** Drafts that nobody came back to, and devices that are trusted no more. */
  sweeps: readonly Sweep[];
}
