import { IdpError } from '../kit/errors.ts';
import type { KeyedSealer } from './sealer.ts';

const NOT_OURS =
  'this database was encrypted with a key that is not configured: put that encryption_key back (it may stand second in a ' +
  'list), or start with an empty database';

/** Opens what this room has stored. The sealer knows only that a value does not open; here it is known what that means. */
export function openStored(sealer: KeyedSealer, sealed: string, context: string, damaged: string): string {
  try {
    return sealer.open(sealed, context);
  } catch (error) {
    if (!(error instanceof IdpError)) throw error;
    throw new Error(sealer.knows(sealed) ? damaged : NOT_OURS, { cause: error });
  }
}
