import type { ServerResponse } from 'node:http';
import type { Persona } from '../../../src/upstreams/simulator/persona.ts';
import type { SimulatedRequest, Tamper } from '../../../src/upstreams/simulator/provider.ts';

/** Takes over the answer to a request; false leaves it to the provider. */
export type TransportFault = (request: SimulatedRequest, response: ServerResponse) => boolean;

/** Lies that an upstream tells: in what it sends, and in how it sends it. */
export interface Faults extends Tamper {
  transport?: TransportFault;
}

/** What happens next at the fake. */
export interface Lie {
  /** At which provider; all of them unless said. */
  prefix?: string;
  /** To which persona; all of them unless said. */
  persona?: string;
  faults?: Faults;
  /** What is different about the person: another address, `picture: undefined`, `keepsEmail: true`. */
  user?: Partial<Persona>;
  /** How often each of the faults is used, and the person is different. Once unless said. */
  times?: number;
}

interface Told {
  prefix?: string | undefined;
  faults: Faults;
  times: number;
  used: Map<keyof Faults, number>;
}

/** The lies that wait for their turn; the newest that fits is told first. */
export function createLies() {
  let told: Told[] = [];

  function waiting<Name extends keyof Faults>(name: Name, prefix: string): Told[] {
    const fits = (lie: Told) => lie.prefix === undefined || lie.prefix === prefix;
    const isLeft = (lie: Told) => lie.faults[name] !== undefined && (lie.used.get(name) ?? 0) < lie.times;
    return told.filter((lie) => fits(lie) && isLeft(lie)).toReversed();
  }
  function next<Name extends keyof Faults>(name: Name, prefix: string): Faults[Name] {
    const [lie] = waiting(name, prefix);
    if (lie) count(lie, name);
    return lie?.faults[name];
  }
  return {
    tell({ prefix, persona: only, faults, user, times = 1 }: Lie): void {
      const person = (persona: Persona): Persona =>
        only === undefined || only === persona.id ? { ...persona, ...user } : persona;
      told.push({ prefix, times, used: new Map(), faults: { ...faults, ...(user ? { person } : {}) } });
    },
    forget(): void {
      told = [];
    },
    /** Whether a lie answered instead of the provider. */
    intercept(prefix: string, request: SimulatedRequest, response: ServerResponse): boolean {
      const lie = waiting('transport', prefix).find(({ faults }) => faults.transport?.(request, response));
      if (lie) count(lie, 'transport');
      return lie !== undefined;
    },
    /** Asks at each step which lie is told now, so that a test can change it between requests. */
    tamperOf: (prefix: string): Tamper => ({
      person: (persona) => next('person', prefix)?.(persona) ?? persona,
      callback: (params) => next('callback', prefix)?.(params),
      claims: (claims) => next('claims', prefix)?.(claims) ?? claims,
      sign: (claims) => next('sign', prefix)?.(claims),
      tokenBody: (body) => next('tokenBody', prefix)?.(body) ?? body,
      profile: (body, path) => next('profile', prefix)?.(body, path) ?? body,
      keySet: (set) => next('keySet', prefix)?.(set) ?? set,
      discovery: (document) => next('discovery', prefix)?.(document) ?? document,
    }),
  };
}

function count(lie: Told, name: keyof Faults): void {
  lie.used.set(name, (lie.used.get(name) ?? 0) + 1);
}
