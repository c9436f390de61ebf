import { LOCAL_WAY } from '../clients/index.ts';
import type { Known } from './known.ts';
import type { Finding } from './rules.ts';

/** What is wrong with ids, and with what names them: twice there, reserved, or of nothing. */
export function idFindings(known: Known): Finding[] {
  return [...uniqueIds(known), ...reservedIds(known), ...unknownWays(known)];
}

function uniqueIds({ ids }: Known): Finding[] {
  const seen = new Set<string>();
  const again = ids.filter(({ list, id }) => {
    const before = seen.size;
    return seen.add(`${list} ${id}`).size === before;
  });
  return again.map(({ list, key, index }) => {
    return { path: [list, index, key], rule: 'duplicate_id', message: `another entry of ${list} has this ${key}` };
  });
}

function reservedIds({ ids }: Known): Finding[] {
  return ids.flatMap(({ list, key, index, id }) => {
    const message = reservedFor(list, id);
    return message === undefined ? [] : [{ path: [list, index, key], rule: 'reserved_id', message }];
  });
}

function reservedFor(list: string, id: string): string | undefined {
  if (list === 'upstreams' && id === LOCAL_WAY) {
    return 'local stands for address and password in the upstreams of a client';
  }
  const isOurs = list !== 'resources' && /^gatehouse-/i.test(id);
  return isOurs ? 'ids that begin with gatehouse- are our own' : undefined;
}

/** A client may only name ways that exist: with a misspelt one its people would find a door without a handle. */
function unknownWays({ clients, ids }: Known): Finding[] {
  const ways = new Set([...ids.flatMap(({ list, id }) => (list === 'upstreams' ? [id] : [])), LOCAL_WAY]);
  return clients.flatMap(({ index, upstreams = [] }) =>
    upstreams.flatMap((way, position) => {
      if (ways.has(way)) return [];
      const message = 'there is no upstream of this id';
      const path = ['clients', index, 'upstreams', position];
      return [{ path, rule: 'unknown_upstream', message, accepted: 'ids of upstreams in this file, and local' }];
    }),
  );
}
