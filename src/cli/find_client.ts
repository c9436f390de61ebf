import type { ClientSettings } from '../clients/index.ts';
import type { Call } from './command.ts';
import { complain } from './output.ts';

/** The client that the command names first; undefined, with a sentence and perhaps a guess, when there is none. */
export function findClient(call: Call, clients: readonly ClientSettings[]): ClientSettings | undefined {
  const id = call.args[0] ?? '';
  const client = clients.find((one) => one.client_id === id);
  if (client) return client;
  const guess = call.parts.nearest(
    id,
    clients.map((one) => one.client_id),
  );
  complain(call, `there is no client ${JSON.stringify(id)}${guess ? `; did you mean ${guess}?` : ''}`);
  return undefined;
}
