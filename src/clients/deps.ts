import type { ClientInput, ClientSettings } from './settings.ts';

/** What the room needs. */
export interface ClientsDeps {
  /** The clients of the config. */
  settings: readonly ClientSettings[];
  /** Our own, under reserved ids. */
  extra?: readonly ClientInput[];
}
