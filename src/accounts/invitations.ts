import type { Knex } from 'knex';
import type { Database, Sweep } from '../database/index.ts';
import type { RecordEvent } from '../events/index.ts';
import { inSeconds, now } from '../kit/clock.ts';
import { secretToken, sha256 } from '../kit/random.ts';
import type { Mail } from '../mail/index.ts';
import { cleanName } from './claim_values.ts';
import type { Invitation, Invitations, InvitationState, NewInvitation } from './invitation.ts';
import { postgresInvitationStore } from './postgres_invitation_store.ts';

/** What invitations work with. */
export interface InvitationsDeps {
  database: Database;
  record: RecordEvent;
  mail: Pick<Mail, 'queue'>;
}

/** So much of an id as people read and type. */
export const SHORT_ID = 8;

const KEPT_SECONDS = 30 * 86_400;

/** Opens the invitations over the database. */
export function openInvitations({ database, record, mail }: InvitationsDeps): Invitations {
  const store = postgresInvitationStore(database.knex);
  return {
    async make(wanted) {
      const { invitation, path } = await database.knex.transaction((within) => make(mail, within, wanted));
      const { id, uses, address } = invitation;
      const detail = { invitation: id.slice(0, SHORT_ID), uses, bound: address !== undefined };
      await record({ type: 'accounts.invitation_made', outcome: 'ok', detail });
      return { invitation, path };
    },
    async look(token) {
      const invitation = await store.find(invitationId(token));
      return { state: invitation ? invitationState(invitation) : 'unknown', invitation };
    },
    list: () => store.list(),
    async withdraw(prefix) {
      const [invitation, another] = prefix === '' ? [] : await store.startingWith(prefix);
      if (another) return 'several';
      if (!invitation || !(await store.delete(invitation.id))) return 'unknown';
      const detail = { invitation: invitation.id.slice(0, SHORT_ID) };
      await record({ type: 'accounts.invitation_withdrawn', outcome: 'ok', detail });
      return invitation;
    },
  };
}

/** The id of the invitation with this token. Hexadecimal, so that it can be read out, and typed behind a command. */
export function invitationId(token: string): string {
  return Buffer.from(sha256(token), 'base64url').toString('hex');
}

/** Invitations that ended long ago. Until then their link says that it has ended. */
export const sweptInvitations: Sweep = {
  table: 'invitations',
  column: 'expires_at',
  before: () => inSeconds(-KEPT_SECONDS),
};

async function make(
  mail: Pick<Mail, 'queue'>,
  within: Knex,
  { address, uses, lifetime, createdBy, note, mailIn }: NewInvitation,
): Promise<{ invitation: Invitation; path: string }> {
  const token = secretToken();
  const path = `/invitation?token=${token}`;
  const createdAt = now();
  const times = { createdAt, expiresAt: new Date(createdAt.getTime() + lifetime * 1000) };
  const kept = { id: invitationId(token), address, uses, usesLeft: uses, createdBy, note: cleanName(note), ...times };
  await postgresInvitationStore(within).insert(kept);
  if (address && mailIn) {
    const values = { link: path, expires_seconds: String(lifetime) };
    await mail.queue(within, { to: address.stored, template: 'invitation', locale: mailIn, values });
  }
  return { invitation: kept, path };
}

/** How an invitation stands now. */
export function invitationState({
  usesLeft,
  expiresAt,
}: Pick<Invitation, 'usesLeft' | 'expiresAt'>): Exclude<InvitationState, 'unknown'> {
  if (usesLeft === 0) return 'used_up';
  return expiresAt <= now() ? 'expired' : 'usable';
}
