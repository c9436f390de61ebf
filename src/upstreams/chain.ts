import { sha256 } from '../kit/random.ts';

/**
 * Through which issuers a visit has come, as a parameter of the authorization request: each adds itself when it sends the
 * browser on, so that two that trust each other do not send people round in circles. Others ignore it (RFC 6749 3.1). What a
 * browser sends can be anything: it only ever closes a way, and no word of it is shown or followed.
 */
export const CHAIN_PARAMETER = 'idp_chain';

const MOST = 5;
/** Hashes: of equal length, and the next one learns nothing about those before that it does not know already. */
const CHAIN = new RegExp(`^[\\w-]{16}( [\\w-]{16}){0,${MOST - 1}}$`);

/** Whether the way has led through this issuer. */
export function isInChain(chain: unknown, issuer: string): boolean {
  return linksOf(chain).includes(linkOf(issuer));
}

/** Whether the way is as long as a way may be. */
export function isFull(chain: unknown): boolean {
  return linksOf(chain).length === MOST;
}

/** The way with this issuer at its end. */
export function lengthen(chain: unknown, issuer: string): string {
  return [...linksOf(chain), linkOf(issuer)].join(' ');
}

/** What does not look like one of ours counts as none. */
function linksOf(chain: unknown): string[] {
  return typeof chain === 'string' && CHAIN.test(chain) ? chain.split(' ') : [];
}

function linkOf(issuer: string): string {
  return sha256(issuer).slice(0, 16);
}
