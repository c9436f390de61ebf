import type { Adapter, AdapterFactory, AdapterPayload } from 'oidc-provider';

/** Artifacts of the test issuer, in memory; `forget` loses them all. */
export function memoryAdapter(): { adapter: AdapterFactory; forget(): void } {
  const artifacts = new Map<string, AdapterPayload>();
  const adapter = (model: string): Adapter => {
    const find = async (id: string) => artifacts.get(`${model}:${id}`);
    const findBy = async (key: 'uid' | 'userCode', value: string) =>
      [...artifacts].find(([id, artifact]) => id.startsWith(`${model}:`) && artifact[key] === value)?.[1];
    return {
      find,
      findByUid: (uid) => findBy('uid', uid),
      findByUserCode: (userCode) => findBy('userCode', userCode),
      async upsert(id, payload) {
        artifacts.set(`${model}:${id}`, payload);
      },
      async consume(id) {
        const artifact = await find(id);
        if (artifact) artifact.consumed = true;
      },
      async destroy(id) {
        artifacts.delete(`${model}:${id}`);
      },
      async revokeByGrantId(grantId) {
        for (const [id, artifact] of artifacts) if (artifact.grantId === grantId) artifacts.delete(id);
      },
    };
  };
  return { adapter, forget: () => artifacts.clear() };
}
