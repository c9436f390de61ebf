import { z } from 'zod';
import { domainOf } from '../kit/addresses.ts';

/** Who may make an account: anyone, addresses of some domains, invited people, or nobody. Holds for local and upstream sign-ups alike. */
export const signupSettings = z.strictObject({
  allow: z
    .enum(['open', 'domains', 'invite', 'closed'])
    .default('open')
    .describe(
      'open: everybody. domains: addresses of these domains, and invited people. invite: invited people. closed: nobody, invited or not.',
    ),
  domains: z.array(z.string().regex(/^[a-z0-9.-]+$/, 'a domain in lower case, such as acme.example')).default([]),
  terms: z
    .strictObject({
      version: z.string().regex(/^[\w.-]{1,40}$/, 'letters, digits, dots and hyphens, such as 2026-11'),
    })
    .optional()
    .describe('Everybody agrees to brand.terms, and once more when the version is another one.'),
});

/** The `signup:` block after parsing. */
export type SignupPolicy = z.output<typeof signupSettings>;

/** Who may make an account for this canonical address. An invitation opens every way but the closed one. */
export function signupAdmits(policy: SignupPolicy, canonical: string): 'anybody' | 'invited' | 'nobody' {
  if (policy.allow === 'closed') return 'nobody';
  const free = policy.allow === 'open' || (policy.allow === 'domains' && policy.domains.includes(domainOf(canonical)));
  return free ? 'anybody' : 'invited';
}

/** Whether an account may take another address: one of the domains, where they are prescribed. The other rules say who may come. */
export function addressAllowed({ allow, domains }: SignupPolicy, canonical: string): boolean {
  return allow !== 'domains' || domains.includes(domainOf(canonical));
}
