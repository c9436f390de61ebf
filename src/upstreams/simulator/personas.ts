import { createHash } from 'node:crypto';
import { cast, type CastMember } from './cast.ts';
import type { SimulatedPreset } from '../presets/all.ts';
import type { Persona } from './persona.ts';
import { people } from './people.ts';

/** The people one can be at a provider; one more when somebody already has an account here: the same address once again. */
export function personasOf(provider: SimulatedPreset, existingAddress: string | undefined): Persona[] {
  const { subject, who, twin } = people[provider];
  const personas = who.map(({ is, ...facts }) => personaOf(cast[is], subject(cast[is].tail), { id: is, ...facts }));
  if (existingAddress === undefined) return personas;
  const same = { hint: 'The same address as the newest account here', ...twin, id: 'twin', email: existingAddress };
  // Another address is another person, so the digits come from it.
  return [...personas, personaOf(cast.sam, subject(digitsOf(`${provider}:${existingAddress}`)), same)];
}

function personaOf(member: CastMember, subject: string, facts: { id: string; hint: string }): Persona {
  const { given_name, family_name } = member;
  return { subject, name: `${given_name} ${family_name}`, given_name, family_name, ...facts };
}

function digitsOf(text: string): string {
  const number = BigInt(`0x${createHash('sha256').update(text).digest('hex')}`);
  return String(number % 1_000_000_000n).padStart(9, '0');
}
