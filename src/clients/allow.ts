import { z } from 'zod';
import { domainOf, parseAddress, parseDomain } from '../kit/addresses.ts';

const domain = z
  .string()
  .overwrite((written) => parseDomain(written) ?? written)
  .refine((written) => parseDomain(written) === written, 'a domain such as acme.example');
const address = z
  .string()
  .overwrite((written) => parseAddress(written)?.canonical ?? written)
  .refine((written) => parseAddress(written) !== undefined, 'an address such as ada@acme.example');

/** The `allow:` of one client: whose accounts may use it. One of these is enough; without the key everybody may. */
export const allowSettings = z
  .strictObject({
    domains: z.array(domain).min(1).optional().describe('Accounts whose address is of one of these domains.'),
    addresses: z.array(address).min(1).optional().describe('Accounts with one of these addresses.'),
  })
  .refine(({ domains, addresses }) => domains !== undefined || addresses !== undefined, {
    error: 'it allows nobody: it needs domains or addresses',
    params: { rule: 'allows_nobody' },
  });

/** Whose accounts may use a client. */
export type Allow = z.output<typeof allowSettings>;

/** Whether an account with this address may use a client; an address that nobody proved counts for nothing. */
export function mayUse(allow: Allow | undefined, proven: string | undefined): boolean {
  if (!allow) return true;
  const canonical = proven === undefined ? undefined : parseAddress(proven)?.canonical;
  if (canonical === undefined) return false;
  return allow.domains?.includes(domainOf(canonical)) === true || allow.addresses?.includes(canonical) === true;
}
