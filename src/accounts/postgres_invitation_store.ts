import type { Knex } from 'knex';
import { now } from '../kit/clock.ts';
import type { Invitation } from './invitation.ts';
import type { InvitationStore } from './invitation_store.ts';

interface Row {
  token_hash: string;
  address: string | null;
  stored: string | null;
  uses: number;
  uses_left: number;
  created_by: string;
  note: string | null;
  created_at: Date;
  expires_at: Date;
}

/** Invitations in PostgreSQL, within a transaction or outside of any. */
export function postgresInvitationStore(knex: Knex): InvitationStore {
  const rows = () => knex<Row>('invitations');
  return {
    async insert(invitation) {
      await rows().insert(rowOf(invitation));
    },
    async find(id) {
      const row = await rows().where({ token_hash: id }).first();
      return row && invitationOf(row);
    },
    async list() {
      return (await rows().orderBy('created_at', 'desc')).map(invitationOf);
    },
    async take(id, canonical) {
      const open = rows().where({ token_hash: id }).where('uses_left', '>', 0).where('expires_at', '>', now());
      const fitting = open.where((either) => void either.whereNull('address').orWhere({ address: canonical }));
      return (await fitting.decrement('uses_left')) === 1;
    },
    async startingWith(prefix) {
      return (await rows().whereRaw('starts_with(token_hash, ?)', [prefix])).map(invitationOf);
    },
    async delete(id) {
      return (await rows().where({ token_hash: id }).delete()) === 1;
    },
  };
}

function rowOf(invitation: Invitation): Row {
  return {
    token_hash: invitation.id,
    address: invitation.address?.canonical ?? null,
    stored: invitation.address?.stored ?? null,
    uses: invitation.uses,
    uses_left: invitation.usesLeft,
    created_by: invitation.createdBy,
    note: invitation.note ?? null,
    created_at: invitation.createdAt,
    expires_at: invitation.expiresAt,
  };
}

function invitationOf(row: Row): Invitation {
  const { address, stored } = row;
  return {
    id: row.token_hash,
    address: address === null || stored === null ? undefined : { canonical: address, stored },
    uses: row.uses,
    usesLeft: row.uses_left,
    createdBy: row.created_by,
    note: row.note ?? undefined,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  };
}
