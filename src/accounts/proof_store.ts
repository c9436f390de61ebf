import type { Address } from '../kit/addresses.ts';
import type { Tag } from '../locales/index.ts';
import type { MailTemplate } from '../mail/index.ts';
import type { Profile } from './account.ts';
import type { Arrival, WaitingLink } from './arrival_door.ts';
import type { VisitBinding } from './door.ts';

/** What a right code does. The purpose is part of the code's hash: no code counts for another. */
export type Proof =
  | { purpose: 'sign-up'; payload: { registration: Registration } }
  | { purpose: 'verify-address'; accountId: string; payload: object }
  /** Counts for the account that had the address when it was mailed, or for none. */
  | { purpose: 'arrive'; accountId?: string; payload: { arrival: Arrival; stamp?: string } }
  | { purpose: 'link'; accountId: string; payload: Pick<WaitingLink, 'arrival' | 'stamp'> };

/** A sign-up that waits for its code. */
export interface Registration {
  profile: Profile;
  locale: Tag;
  passwordHash?: string;
  /** A passkey that was made, in the words of its room. */
  passkey?: object;
  /** The id of the invitation whose use is taken when the account is made. */
  invitation?: string;
  termsVersion?: string;
}

/** The mail of a proof, kept to send it again. Without a code there is none that would fit: a decoy. */
export interface ProofMail {
  template: MailTemplate;
  locale: Tag;
  values: Record<string, string>;
  withCode: boolean;
}

/** A proof as it is kept. */
export type StoredProof = Proof & {
  id: string;
  address: Address;
  codeHash: string;
  mail: ProofMail;
  tries: number;
  sentAt: Date;
  expiresAt: Date;
  consumedAt?: Date;
  /** Who was made or verified by the link of its mail. */
  confirmedAccountId?: string;
};

/** Proofs of an address by a mailed code. Each is seen only from its own visit and browser. */
export interface ProofStore {
  insert(proof: StoredProof, visit: VisitBinding): Promise<void>;
  find(id: string, visit: VisitBinding): Promise<StoredProof | undefined>;
  /** The same for the link of its mail, which may be opened in any browser. */
  findAnywhere(id: string): Promise<StoredProof | undefined>;
  /** Counts a try before anybody compares: undefined when none is left, or the proof is used or expired. */
  countTry(id: string, visit: VisitBinding, most: number): Promise<StoredProof | undefined>;
  /** True for exactly one caller, and only while this very code is the newest. */
  consume(id: string, codeHash: string): Promise<boolean>;
  /** The proof, for exactly one caller, without its code: whoever holds the mailed link, or gives the proof up. */
  consumeWithoutCode(id: string): Promise<StoredProof | undefined>;
  /** Notes whom the link of a proof made or verified. */
  confirm(id: string, accountId: string): Promise<void>;
  /** Replaces the code unless the last one was sent after `sentBefore`. */
  renew(id: string, code: { codeHash: string; sentAt: Date; expiresAt: Date; sentBefore: Date }): Promise<boolean>;
}
