import type { Knex } from 'knex';
import type { AccountPolicy } from './deps.ts';
import type { Outcome } from './arrival_door.ts';
import { SHORT_ID } from './invitations.ts';
import { postgresInvitationStore } from './postgres_invitation_store.ts';

/**
 * Whether this transaction may make an account for this address. One conditional statement takes a use of the invitation,
 * so that account and use come together or not at all; `invitation` is the one whose use was taken. Where anybody may make
 * an account, one that is of no use does no harm.
 */
export async function admit(
  { policy }: { policy: AccountPolicy },
  within: Knex,
  canonical: string,
  invitation: string | undefined,
): Promise<{ ok: boolean; invitation?: string }> {
  const admits = policy.admits(canonical);
  if (admits === 'nobody') return { ok: false };
  const taken = invitation !== undefined && (await postgresInvitationStore(within).take(invitation, canonical));
  return taken ? { ok: true, invitation } : { ok: admits === 'anybody' };
}

/** The invitation that an account was made with, as events tell it. */
export function invitedBy(outcome: Outcome): { invitation?: string } {
  const id = 'invitation' in outcome ? outcome.invitation : undefined;
  return id === undefined ? {} : { invitation: id.slice(0, SHORT_ID) };
}
