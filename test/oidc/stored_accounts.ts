import { readAccounts } from '../../src/accounts/index.ts';
import type { Database } from '../../src/database/index.ts';
import { entryOf, type AccountDirectory } from '../../src/oidc/index.ts';

/** The accounts of a database, as the product gives them to the protocol. */
export function storedAccounts(database: Database): AccountDirectory {
  const accounts = readAccounts(database);
  return {
    async find(id) {
      const account = await accounts.find(id);
      return account && entryOf(account, () => []);
    },
    groupsOf: () => [],
    forgetProofs: async () => {},
  };
}

/** Keeps Ada, whose address is verified. */
export async function keepAda({ knex }: Pick<Database, 'knex'>): Promise<void> {
  const at = new Date();
  const [id, mailbox] = ['ada', 'ada@acme.example'];
  await knex('accounts').insert({ id, origin: 'signup', created_at: at, updated_at: at });
  await knex('addresses').insert({ canonical: mailbox, stored: mailbox, account_id: id, verified_at: at });
}
