import { z } from 'zod';
import { domainOf } from '../kit/addresses.ts';

/** Who may make an account: anyone, addresses of some domains, invited people, or nobody. Holds for local and upstream sign-ups alike. */
export const signupSettings = z.strictObject({
  allow: z
    .enum(['open', 'domains', 'invite', 'closed'])
    .default('open')
    .describe('open: everybody. domains: addresses of these domains. invite, closed: nobody from outside.'),
  domains: z.array(z.string().regex(/^[a-z0-9.-]+$/, 'a domain in lower case, such as acme.example')).default([]),
});

export type SignupPolicy = z.output<typeof signupSettings>;

/** Whether the sign-up page is offered at all. */
export function signupOffered(policy: SignupPolicy): boolean {
  return policy.allow === 'open' || policy.allow === 'domains';
}

/** Whether an account may be made for this canonical address. */
export function signupAllowed(policy: SignupPolicy, address: string): boolean {
  if (policy.allow === 'domains') return policy.domains.includes(domainOf(address));
  return policy.allow === 'open';
}
