/** What is done here about an event. */
export interface Effects {
  /** What it means, for the docs. */
  means: string;
  /** Of the identity: taken away, as `on_deletion` says, suspended until further notice, or good again. */
  identity?: 'disconnect' | 'by_policy' | 'suspend' | 'restore';
  /** Sessions that came through the identity; or all sessions, grants and tokens of the account. */
  ends?: 'sessions_through' | 'everything';
  /** The kept token of the upstream is worth nothing any more: it is dropped, and not revoked. */
  forgets_token?: true;
  /** The mail to the owner of the account. */
  mail?: 'withdrawn' | 'alarm';
}

/**
 * What an upstream can tell us of an account, in words of our own, and what follows. docs/upstream-events.md is made from
 * this table. When people withdraw access, their account here stays: it is theirs, and "Forgot password?" opens it.
 */
export const eventEffects = {
  access_withdrawn: {
    means: 'The person removed us from their account there.',
    identity: 'disconnect',
    ends: 'sessions_through',
    forgets_token: true,
    mail: 'withdrawn',
  },
  deletion_requested: {
    means: 'The person wants deleted what we learned from the upstream.',
    identity: 'by_policy',
    ends: 'sessions_through',
    forgets_token: true,
    mail: 'withdrawn',
  },
  account_deleted: {
    means: 'The account there is gone.',
    identity: 'by_policy',
    ends: 'sessions_through',
    forgets_token: true,
    mail: 'withdrawn',
  },
  sessions_revoked: {
    means: 'Somebody else may have got into the account there: it was signed out everywhere.',
    ends: 'everything',
    mail: 'alarm',
  },
  tokens_revoked: {
    means: 'All tokens of the account there were taken back.',
    ends: 'sessions_through',
    forgets_token: true,
  },
  credential_change_required: {
    means: 'The account there needs a new password: somebody may know the old one.',
    ends: 'sessions_through',
  },
  account_disabled: {
    means: 'The account there was disabled, perhaps because it was taken over.',
    identity: 'suspend',
    ends: 'everything',
    mail: 'alarm',
  },
  account_enabled: { means: 'The account there can be used again.', identity: 'restore' },
  signed_out: { means: 'The person signed out there.', ends: 'sessions_through' },
  address_disabled: { means: 'The relay address of the account there forwards no more mail.' },
  address_enabled: { means: 'The relay address of the account there forwards mail again.' },
  verification: { means: 'A test message, sent by an admin.' },
} as const satisfies Record<string, Effects>;

/** The name of an event. */
export type EventName = keyof typeof eventEffects;
