import type { Adapter, AdapterPayload } from 'oidc-provider';

/** The library's Adapter over nothing but this process: what is issued here, no database has and nobody can use. */
export function memoryAdapter(client: { client_id: string }): (model: string) => Adapter {
  const artifacts = new Map<string, AdapterPayload>();
  const never = async (): Promise<undefined> => undefined;
  return (model) => ({
    find: async (id) => (model === 'Client' ? client : artifacts.get(`${model} ${id}`)),
    findByUid: never,
    findByUserCode: never,
    async upsert(id, payload) {
      artifacts.set(`${model} ${id}`, payload);
    },
    async consume(id) {
      const artifact = artifacts.get(`${model} ${id}`);
      if (artifact) artifact['consumed'] = true;
    },
    async destroy(id) {
      artifacts.delete(`${model} ${id}`);
    },
    revokeByGrantId: never,
  });
}
