import { parseAddress, type Address } from '../../kit/addresses.ts';
import type { Tag } from '../../locales/index.ts';
import type { IdentityKey, Profile } from '../account.ts';
import { isKeyText } from '../arriving.ts';
import { groupsFault } from '../groups.ts';
import { readClaims, saidOf, type Members } from '../read_claims.ts';

/** An account as a file describes it. */
export interface ImportedAccount {
  /** The subject that apps know already; absent: a new one is made. */
  id?: string;
  address: Address;
  verified: boolean;
  disabled: boolean;
  profile: Profile;
  locale?: Tag;
  passwordHash?: string;
  groups: string[];
  identities: IdentityKey[];
}

/** Why nobody could sign in with a hash from elsewhere, as the end of a sentence; undefined when somebody could. */
export type HashFault = (passwordHash: string) => string | undefined;

const ID = /^[\w-]{1,64}$/;
const UPSTREAM = /^[a-z][a-z0-9-]{0,31}$/;

/** The members of a line that are no claims of a profile. */
export const ownMembers = [
  'id',
  'email',
  'email_verified',
  'disabled',
  'password_hash',
  'groups',
  'identities',
] as const;

type Own = Partial<Record<(typeof ownMembers)[number], unknown>>;

/** Reads one line strictly: nothing that is not understood is dropped. The reason never repeats a value. */
export function readAccount(
  members: Members,
  hashFault: HashFault,
): { ok: true; account: ImportedAccount } | { ok: false; reason: string } {
  const { id, email, email_verified, disabled, password_hash, groups, identities, ...rest } = saidOf(members);
  const own: Own = { id, email, email_verified, disabled, password_hash, groups, identities };
  const address = parseAddress(textOf(email));
  const reason = whyRefused(own, address, hashFault);
  if (reason !== undefined || !address) return { ok: false, reason: reason ?? NO_ADDRESS };
  const claims = readClaims(rest);
  if (!claims.ok) return claims;
  return {
    ok: true,
    account: {
      id: id === undefined ? undefined : textOf(id),
      address,
      verified: email_verified === true,
      disabled: disabled === true,
      profile: claims.profile,
      locale: claims.locale,
      passwordHash: password_hash === undefined ? undefined : textOf(password_hash),
      groups: namesIn(groups),
      identities: identitiesOf(identities) ?? [],
    },
  };
}

const NO_ADDRESS = 'has an email that is no plain address';

function whyRefused(own: Own, address: Address | undefined, hashFault: HashFault): string | undefined {
  const { id, email, email_verified: verified, disabled = false, password_hash: hash, groups, identities } = own;
  if (email === undefined) return 'has no email';
  if (!address) return NO_ADDRESS;
  if (verified === undefined) return 'does not say email_verified';
  if (typeof verified !== 'boolean') return 'email_verified must be true or false';
  if (typeof disabled !== 'boolean') return 'disabled must be true or false';
  if (id !== undefined && !ID.test(textOf(id))) return 'id must be 1 to 64 letters, digits, - or _';
  const fault = hash === undefined ? undefined : hashFault(textOf(hash));
  if (fault !== undefined) return `password_hash ${fault}`;
  if (groups !== undefined && !Array.isArray(groups)) return 'groups must be a list of names';
  const wrong = groups === undefined ? undefined : groupsFault(groups);
  if (wrong !== undefined) return `has groups that are none: ${wrong}`;
  if (identities === undefined || identitiesOf(identities)) return undefined;
  return 'identities must be a list of { upstream_id, issuer, subject }, one of each upstream';
}

/** Judged before. */
function namesIn(groups: unknown): string[] {
  return Array.isArray(groups) ? [...new Set(groups.map(textOf))].toSorted() : [];
}

function identitiesOf(given: unknown): IdentityKey[] | undefined {
  if (!Array.isArray(given)) return undefined;
  const identities = given.flatMap((entry: unknown) => identityOf(entry) ?? []);
  const upstreams = new Set(identities.map(({ upstreamId }) => upstreamId));
  return upstreams.size === given.length ? identities : undefined;
}

function identityOf(given: unknown): IdentityKey | undefined {
  if (typeof given !== 'object' || given === null) return undefined;
  const { upstream_id, issuer, subject, ...rest }: Members = Object.fromEntries(Object.entries(given));
  const upstreamId = textOf(upstream_id);
  if (!UPSTREAM.test(upstreamId) || Object.keys(rest).length > 0) return undefined;
  return isKeyText(issuer) && isKeyText(subject) ? { upstreamId, issuer, subject } : undefined;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
