/** A made-up person who has accounts at several providers. */
export interface CastMember {
  given_name: string;
  family_name: string;
  /** The last digits of every id of this person. */
  tail: string;
}

/** Everybody. The names say what they are there for. */
export const cast = {
  ada: { given_name: 'Ada', family_name: 'Example', tail: '42' },
  grace: { given_name: 'Grace', family_name: 'Workspace', tail: '43' },
  alan: { given_name: 'Alan', family_name: 'Elsewhere', tail: '44' },
  una: { given_name: 'Una', family_name: 'Unverified', tail: '45' },
  noor: { given_name: 'Noor', family_name: 'Nowhere', tail: '46' },
  ria: { given_name: 'Ria', family_name: 'Relay', tail: '47' },
  paul: { given_name: 'Paul', family_name: 'Personal', tail: '48' },
  sam: { given_name: 'Sam', family_name: 'Same', tail: '49' },
} satisfies Record<string, CastMember>;
