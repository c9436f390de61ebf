import { kitNames, kitsFor, type ClientSettings, type FilledKit } from '../clients/index.ts';
import { routes } from '../oidc/index.ts';
import type { Call } from './command.ts';
import type { FoundClient } from './find_client.ts';
import { print, refuse } from './output.ts';

/** Prints the kits of a client; of one product, as the file that it is, so that it can be kept as it comes. */
export function printKits(call: Call, { client, settings: { issuer, brand }, registered }: FoundClient): number {
  const [, product] = call.args;
  if (product !== undefined && !kitNames.includes(product)) return refuse(call, unknownProduct(call, product));
  const kits = kitsFor(client, { issuer, name: brand.name, paths: routes }, product);
  if (kits.length === 0) return refuse(call, nothingFits(client, product));
  // Beside the file, which is to be kept as it comes.
  if (registered && !call.json)
    call.io.stderr.write(`${client.client_id} registered itself on ${registered.createdAt.toISOString()}\n`);
  print(call, kits, () => (product === undefined ? kits.map(withHeading).join('\n') : (kits[0]?.text ?? '')));
  return 0;
}

function withHeading({ id, name, file, text }: FilledKit): string {
  const heading = `${name}: ${file} (alone: clients kit <client_id> ${id})`;
  return `${heading}\n${'='.repeat(heading.length)}\n\n${text}`;
}

function unknownProduct(call: Call, product: string): string {
  const guess = call.parts.nearest(product, kitNames);
  return `there is no kit ${JSON.stringify(product)}${guess ? `; did you mean ${guess}?` : `: ${kitNames.join(', ')}`}`;
}

function nothingFits({ type }: ClientSettings, product: string | undefined): string {
  const what = product === undefined ? 'no kit' : `the kit ${product} does not`;
  return `${what} ${product === undefined ? 'fits' : 'fit'} a client of type ${type}: it is for type web`;
}
