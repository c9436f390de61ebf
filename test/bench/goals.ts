/** A figure that is to be reached, and when it is. */
export interface Goal {
  /** What is divided by what, or the unit. */
  figure: string;
  atMost?: number;
  atLeast?: number;
  /** Reached already, this one is worth pushing for. */
  aim?: number;
}

const CPU = 'CPU against the library over a Map';
const RATE = 'requests a second of CPU against bare node:http';

/** Every figure that is judged, in one place. */
export const goals = {
  'client-credentials': { figure: CPU, atMost: 1.25 },
  code: { figure: CPU, atMost: 1.3, aim: 1.1 },
  refresh: { figure: CPU, atMost: 1.4 },
  userinfo: { figure: CPU, atMost: 1.15 },
  introspect: { figure: CPU, atMost: 1.3 },
  discovery: { figure: RATE, atLeast: 0.6 },
  jwks: { figure: RATE, atLeast: 0.6 },
  password: { figure: 'sign-ins against the argon2id rate of the machine', atLeast: 0.9 },
  broker: { figure: 'CPU of a login through an upstream against one with a password, without its hash', atMost: 1.4 },
  'growth-cpu': { figure: 'CPU at the most rows against the fewest', atMost: 1.15 },
  'growth-p50': { figure: 'p50 at the most rows against the fewest', atMost: 1.3 },
  memory: { figure: 'MB RSS of the process under load', atMost: 320 },
  failover: { figure: 'seconds until the last error after the primary has died', atMost: 60 },
  start: { figure: 'seconds from start to first answer, database up', atMost: 1 },
} satisfies Record<string, Goal>;

/** What has a goal. */
export type GoalName = keyof typeof goals;

/** Whether it is met: the far end of the 90 % interval decides. */
export function isMet({ atMost, atLeast }: Goal, { low, high }: { low: number; high: number }): boolean {
  return (atMost === undefined || high <= atMost) && (atLeast === undefined || low >= atLeast);
}

/** The goal in words: `<= 1.25`. */
export function goalText({ atMost, atLeast }: Goal): string {
  return atMost === undefined ? `>= ${atLeast}` : `<= ${atMost}`;
}
