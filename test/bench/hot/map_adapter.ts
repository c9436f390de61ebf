import { errors, type Adapter, type AdapterFactory, type AdapterPayload } from 'oidc-provider';

/** Everything in memory, as fast as that goes: what the library itself costs. Redeems a code once, as strictly as we do. */
export function mapAdapter(): AdapterFactory {
  const ofGrant = new Map<string, Set<() => void>>();
  return (model): Adapter => {
    const rows = new Map<string, AdapterPayload>();
    const byUid = new Map<string, string>();
    const remove = (id: string) => void rows.delete(id);
    return {
      find: async (id) => rows.get(id),
      findByUid: async (uid) => rows.get(byUid.get(uid) ?? ''),
      findByUserCode: async () => undefined,
      async upsert(id, payload) {
        rows.set(id, payload);
        if (payload.uid !== undefined) byUid.set(payload.uid, id);
        if (model === 'Grant' || payload.grantId === undefined) return;
        const members = ofGrant.get(payload.grantId) ?? new Set();
        // A grant of the bench is used for ever; what it holds is forgotten now and then, as expiry would.
        if (members.size > 10_000) members.clear();
        ofGrant.set(
          payload.grantId,
          members.add(() => remove(id)),
        );
      },
      async consume(id) {
        const row = rows.get(id);
        if (!row || row.consumed) throw new errors.InvalidGrant('already used');
        row.consumed = true;
      },
      destroy: async (id) => remove(id),
      async revokeByGrantId(grantId) {
        for (const removal of ofGrant.get(grantId) ?? []) removal();
        ofGrant.delete(grantId);
      },
    };
  };
}
