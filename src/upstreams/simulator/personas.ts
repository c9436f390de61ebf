import { createHash } from 'node:crypto';

/** Somebody who has an account at a simulated provider. */
export interface Persona {
  id: string;
  /** The provider's id of the person: digits, as Google and Facebook use. */
  subject: string;
  name: string;
  given_name: string;
  family_name: string;
  /** What to expect of this persona, for the picker. */
  hint: string;
  email?: string;
  email_verified?: boolean;
  /** Google Workspace: the domain that manages the account. */
  hosted_domain?: string;
}

const ada: Persona = {
  id: 'ada',
  subject: '110000000000000000042',
  name: 'Ada Example',
  given_name: 'Ada',
  family_name: 'Example',
  email: 'ada.example@gmail.com',
  email_verified: true,
  hint: 'Gmail address: Google is the authority for it',
};

const googlePersonas: Persona[] = [
  ada,
  {
    id: 'grace',
    subject: '110000000000000000043',
    name: 'Grace Workspace',
    given_name: 'Grace',
    family_name: 'Workspace',
    email: 'grace@workspace.example',
    email_verified: true,
    hosted_domain: 'workspace.example',
    hint: 'Workspace account: its organisation is the authority for the address',
  },
  {
    id: 'alan',
    subject: '110000000000000000044',
    name: 'Alan Elsewhere',
    given_name: 'Alan',
    family_name: 'Elsewhere',
    email: 'alan@elsewhere.example',
    email_verified: true,
    hint: 'Verified once, in a mailbox that Google does not own',
  },
  {
    id: 'una',
    subject: '110000000000000000045',
    name: 'Una Unverified',
    given_name: 'Una',
    family_name: 'Unverified',
    email: 'una@unverified.example',
    email_verified: false,
    hint: 'The address was never verified',
  },
  {
    id: 'noor',
    subject: '110000000000000000046',
    name: 'Noor Nowhere',
    given_name: 'Noor',
    family_name: 'Nowhere',
    hint: 'No address at all',
  },
];

const facebookPersonas: Persona[] = [
  {
    ...ada,
    subject: '10220000000000042',
    email: 'ada.f@social.example',
    hint: 'Has an address; Facebook does not say whether it was checked',
  },
  {
    id: 'noor',
    subject: '10220000000000046',
    name: 'Noor Nowhere',
    given_name: 'Noor',
    family_name: 'Nowhere',
    hint: 'Signed up by phone: no address at all',
  },
];

/** The people one can be at a provider; one more when somebody already has an account here: the same address once again. */
export function personasOf(provider: 'google' | 'facebook', existingAddress: string | undefined): Persona[] {
  const personas = provider === 'google' ? googlePersonas : facebookPersonas;
  if (existingAddress === undefined) return personas;
  const twin: Persona = {
    id: 'twin',
    subject: digitsOf(`${provider}:${existingAddress}`),
    name: 'Sam Same',
    given_name: 'Sam',
    family_name: 'Same',
    email: existingAddress,
    email_verified: provider === 'google' ? true : undefined,
    hint: 'The same address as the newest account here',
  };
  return [...personas, twin];
}

/** Another address is another person, so the digits come from it. */
function digitsOf(text: string): string {
  return `1${BigInt(`0x${createHash('sha256').update(text).digest('hex')}`)
    .toString()
    .slice(0, 19)}`;
}
