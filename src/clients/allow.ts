import { z } from 'zod';
import { domainOf, parseAddress, parseDomain } from '../kit/addresses.ts';
import { isGroupName } from '../kit/groups.ts';

/** What stands in front of a group that an upstream gave, and no group of ours has. */
const UPSTREAM = /^[a-z][a-z0-9-]{0,31}:/;

const domain = z
  .string()
  .overwrite((written) => parseDomain(written) ?? written)
  .refine((written) => parseDomain(written) === written, 'a domain such as acme.example');
const address = z
  .string()
  .overwrite((written) => parseAddress(written)?.canonical ?? written)
  .refine((written) => parseAddress(written) !== undefined, 'an address such as ada@acme.example');
const group = z
  .string()
  .refine(
    (written) => isGroupName(written.replace(UPSTREAM, '')),
    'a group such as staff, or partner:staff of an upstream',
  );

/** The `allow:` of one client: whose accounts may use it. One of these is enough; without the key everybody may. */
export const allowSettings = z
  .strictObject({
    domains: z.array(domain).min(1).optional().describe('Accounts whose address is of one of these domains.'),
    groups: z
      .array(group)
      .min(1)
      .optional()
      .describe('Accounts in one of these groups; of an upstream, `partner:staff`.'),
    addresses: z.array(address).min(1).optional().describe('Accounts with one of these addresses.'),
  })
  .refine(({ domains, groups, addresses }) => [domains, groups, addresses].some((list) => list !== undefined), {
    error: 'it allows nobody: it needs domains, groups or addresses',
    params: { rule: 'allows_nobody' },
  });

/** Whose accounts may use a client. */
export type Allow = z.output<typeof allowSettings>;

/** What decides whether somebody may use a client. An address that nobody proved counts for nothing, and does not stand here. */
interface Somebody {
  address: string | undefined;
  groups: readonly string[];
}

/** Whether an account with this address and these groups may use a client. */
export function mayUse(allow: Allow | undefined, { address: proven, groups }: Somebody): boolean {
  if (!allow || allow.groups?.some((allowed) => groups.includes(allowed))) return true;
  const canonical = proven === undefined ? undefined : parseAddress(proven)?.canonical;
  if (canonical === undefined) return false;
  return allow.domains?.includes(domainOf(canonical)) === true || allow.addresses?.includes(canonical) === true;
}
