import type { ClientSettings } from '../settings.ts';
import { toMetadata, type ClientMetadata } from '../templates.ts';

/** Where clients are looked at. */
export interface Place {
  mode: 'development' | 'production';
  /** Our own origin, where it is known. */
  issuer?: string | undefined;
}

/** A place below one entry of `clients:`. */
export type ClientPath = (string | number)[];

/** Something about one client, at a path below its entry. Never holds a secret. */
export interface ClientProblem {
  path: ClientPath;
  rule: string;
  message: string;
  accepted?: string;
  /** For an unknown key: the keys it may have been meant to be. */
  candidates?: readonly string[];
  /** It works, and is unwise. */
  warning?: true;
}

/** What its type and its settings make of a client. What an admin wrote there may be anything: the engine says what else it must be. */
export interface Seen extends Place {
  metadata: { [Name in keyof ClientMetadata]?: unknown };
}

/** One rule about one client: what it says, and where it finds that. */
export interface ClientRule extends Omit<ClientProblem, 'path'> {
  finds(settings: ClientSettings, seen: Seen): ClientPath[];
}

/** What is seen of a client at a place, for all rules. */
export function see(settings: ClientSettings, place: Place): Seen {
  return { ...place, metadata: toMetadata(settings) };
}

/** What the rules of a table find. */
export function findAll(rules: readonly ClientRule[], settings: ClientSettings, seen: Seen): ClientProblem[] {
  return rules.flatMap(({ finds, ...said }) => finds(settings, seen).map((path) => ({ path, ...said })));
}

/** A path when it is so, for rules that look at one place. */
export function where(isSo: boolean, ...path: ClientPath): ClientPath[] {
  return isSo ? [path] : [];
}
