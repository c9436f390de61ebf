import { parseAddress, type Address } from '../kit/addresses.ts';
import { crockford } from '../kit/random.ts';

/** No mail ever gets there (RFC 6761 6.4), so nobody but us can prove such an address. */
const DOMAIN = 'doctor.gatehouse.invalid';

/** As long as any walk takes, and more. */
export const THROW_AWAY_SECONDS = 3600;

/** What the canonical addresses of all throw-away accounts are like, in SQL. */
export const throwAwayPattern = `doctor-%@${DOMAIN}`;

/** The address of an account that a command makes and takes away again. */
export function throwAwayAddress(): Address {
  const address = parseAddress(`doctor-${crockford(12).toLowerCase()}@${DOMAIN}`);
  if (!address) throw new TypeError('the address of a throw-away account is one');
  return address;
}
