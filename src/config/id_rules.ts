import { LOCAL_WAY, toMetadata } from '../clients/index.ts';
import { mayBeStranger } from '../oidc/index.ts';
import { groupsOfUpstream } from '../upstreams/index.ts';
import type { Known } from './known.ts';
import type { Finding } from './rules.ts';
import { isMapping, type Path } from './tree.ts';

/** What is wrong with ids, and with what names them: twice there, reserved, or of nothing. */
export function idFindings(known: Known): Finding[] {
  return [
    ...uniqueIds(known),
    ...reservedIds(known),
    ...unknownWays(known),
    ...unknownTargets(known),
    ...unknownSources(known),
    ...unknownGroups(known),
    ...clientResources(known),
  ];
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

/** A client may only name APIs and scopes that exist; one that acts in its own name needs some. */
function clientResources(known: Known): Finding[] {
  const apis = known.ids.some(({ list }) => list === 'resources');
  return known.clients.flatMap(({ index, ...client }) => {
    const path = ['clients', index, 'resources'];
    if (client.resources) {
      const unknown = unknownResources(known, path, Object.keys(client.resources), (id) => id);
      return [...unknown, ...unknownScopes(known, path, client.resources)];
    }
    // What an admin wrote there may be anything.
    const grants: unknown[] = [toMetadata(client).grant_types].flat();
    if (!apis || !grants.includes('client_credentials')) return [];
    const message = 'in its own name it gets tokens for no API';
    return [
      { path, rule: 'no_resources', message, accepted: '{ id of a resource: [scopes] }', warning: true as const },
    ];
  });
}

function unknownScopes({ resources = [] }: Known, path: Path, asked: Readonly<Record<string, string[]>>): Finding[] {
  return resources.flatMap(({ id, scopes }) =>
    (Object.hasOwn(asked, id) ? (asked[id] ?? []) : []).flatMap((scope, position) => {
      if (scopes.includes(scope)) return [];
      const message = 'the resource has no such scope';
      return [{ path: [...path, id, position], rule: 'unknown_scope', message, accepted: scopes.join(', ') }];
    }),
  );
}

/**
 * A group of an upstream is one that its settings let through: with another one nobody could use the client. Of our own groups
 * the file knows none.
 */
function unknownGroups({ clients, upstreams, ids }: Known): Finding[] {
  const given = upstreams.flatMap((upstream) => (upstream.enabled ? groupsOfUpstream(upstream) : []));
  const misread = new Set(ids.flatMap(({ list, id }) => (list === 'upstreams' ? [id] : [])));
  for (const { id } of upstreams) misread.delete(id);
  return clients.flatMap(({ index, allow }) =>
    (allow?.groups ?? []).flatMap((group, position) => {
      const [upstream = ''] = group.split(':');
      // Of an upstream that is wrong elsewhere nothing is known.
      if (!group.includes(':') || given.includes(group) || misread.has(upstream)) return [];
      const lent = given.filter((name) => name.includes(':'));
      return [
        {
          path: ['clients', index, 'allow', 'groups', position],
          rule: 'unknown_group',
          message: 'no upstream gives this group',
          ...(lent.length > 0 && { accepted: lent.join(', ') }),
        },
      ];
    }),
  );
}

/** A client that exchanges tokens gets them for APIs that exist. */
function unknownTargets(known: Known): Finding[] {
  return known.clients.flatMap(({ index, exchange }) =>
    unknownResources(known, ['clients', index, 'exchange', 'to'], listIn(exchange, 'to')),
  );
}

/** It takes tokens that were meant for an API, or that an app got for nobody in particular: one of this file, or one that brings itself. */
function unknownSources({ clients, ids, protocol }: Known): Finding[] {
  // Who may bring itself is not known while the block is wrong.
  if (!protocol) return [];
  const known = ids.flatMap(({ list, id }) => (list === 'upstreams' ? [] : [id]));
  return clients.flatMap(({ index, exchange }) =>
    listIn(exchange, 'from').flatMap((id, position) => {
      if (typeof id !== 'string' || known.includes(id) || mayBeStranger(protocol, id)) return [];
      const path = ['clients', index, 'exchange', 'from', position];
      const message = 'no client and no resource has this id';
      return [{ path, rule: 'unknown_client', message, accepted: 'ids of resources and of clients in this file' }];
    }),
  );
}

function listIn(mapping: unknown, key: string): unknown[] {
  const list: unknown = isMapping(mapping) ? mapping[key] : undefined;
  return Array.isArray(list) ? list : [];
}

/** Those of the list at this place that name no API; `step` says where each stands. */
export function unknownResources(
  { ids }: Known,
  path: Path,
  resources: readonly unknown[],
  step: (id: string, index: number) => string | number = (_id, index) => index,
): Finding[] {
  const known = ids.flatMap(({ list, id }) => (list === 'resources' ? [id] : []));
  return resources.flatMap((id, index) => {
    if (typeof id !== 'string' || known.includes(id)) return [];
    const message = 'no entry of resources has this id';
    return [
      {
        path: [...path, step(id, index)],
        rule: 'unknown_resource',
        message,
        ...(known.length > 0 && { accepted: known.join(', ') }),
      },
    ];
  });
}
