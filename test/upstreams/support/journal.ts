import { inspect } from 'node:util';
import type { SimulatedRequest } from '../../../src/upstreams/simulator/provider.ts';

/** What one request looked like from the upstream's side. When printed, it shows no secret. */
export interface JournalEntry extends SimulatedRequest {
  prefix: string;
}

const SECRET =
  /^(code|client_secret|code_verifier|(access_|refresh_|id_)?token|client_assertion|appsecret_proof|state|nonce|authorization|cookie)$/i;

/** Writes a request down. */
export function journalEntry(prefix: string, request: SimulatedRequest): JournalEntry {
  const entry = { prefix, ...request };
  const print = { value: () => printed(entry) };
  return Object.defineProperties(entry, { toJSON: print, [inspect.custom]: print });
}

function printed({ prefix, method, path, query, form, headers }: JournalEntry): Record<string, unknown> {
  return {
    prefix,
    method,
    path,
    query: hide([...query]),
    form: hide([...form]),
    headers: hide(Object.entries(headers)),
  };
}

function hide(entries: [string, unknown][]): Record<string, unknown> {
  return Object.fromEntries(entries.map(([name, value]) => [name, SECRET.test(name) ? '(hidden)' : value]));
}
