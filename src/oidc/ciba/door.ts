import type { RequestedScopes } from '../requested_scopes.ts';

/** What an app asks of somebody who is elsewhere, as their account page shows it. */
export interface AskedRequest {
  /** Names it among those of its account; opens nothing. */
  id: string;
  clientId: string;
  scopes: RequestedScopes;
  /** What the app shows its person as well, so that they know this request from others (CIBA 7.1). */
  bindingMessage?: string;
  askedAt: Date;
}

/**
 * What became of an answer. `gone`: answered already, or too late. `not_allowed`: the app is not for this account. `way`: it
 * takes nobody who signed in like that. `level`: it wants its people to be proven by `acr`.
 */
export type RequestAnswer =
  | { ok: true }
  | { ok: false; reason: 'gone' | 'not_allowed' | 'way' }
  | { ok: false; reason: 'level'; acr: string };
