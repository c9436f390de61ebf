import { keyRules } from './checks/key_rules.ts';
import { otherRules } from './checks/other_rules.ts';
import { findAll, see, type ClientProblem, type Place } from './checks/rule.ts';
import { secretRules } from './checks/secret_rules.ts';
import { uriProblems, uriRules } from './checks/uri_rules.ts';
import type { ClientSettings } from './settings.ts';

const rules = [...secretRules, ...keyRules, ...uriRules, ...otherRules];

/** The keys that a client may have: those that mean something now, and the switch of each that would. */
interface ClientKeys {
  on: readonly string[];
  off: ReadonlyMap<string, string>;
}

/**
 * What the engine's own client schema leaves open: unknown keys, URIs that are not https, wildcards, public clients with a
 * secret; and as warnings what works but is unwise. Together with the engine's `validateClients`: nothing but warnings means
 * that the client resolves.
 */
export function checkClient(settings: ClientSettings, place: Place, keys: ClientKeys): ClientProblem[] {
  const seen = see(settings, place);
  return [...unknownKeys(settings, keys), ...uriProblems(settings, seen), ...findAll(rules, settings, seen)];
}

function unknownKeys(settings: ClientSettings, { on, off }: ClientKeys): ClientProblem[] {
  return Object.keys(settings)
    .filter((key) => !on.includes(key))
    .map((key) => {
      const named = off.get(key);
      if (named !== undefined) return { path: [key], ...switchedOff(named) };
      const message = 'this key means nothing here';
      return { path: [key], rule: 'unknown_key', message, accepted: on.join(', '), candidates: on };
    });
}

/** What to say of what belongs to a part of the protocol that is off, by the name of its switch. */
export function switchedOff(name: string): Omit<ClientProblem, 'path'> {
  return { rule: 'feature_off', message: `this belongs to protocol.${name}, which does not offer it` };
}
