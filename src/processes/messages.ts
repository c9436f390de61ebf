/** What the primary says to a process that serves. `question` numbers what is asked, so that answers find back. */
export type ToSibling =
  | { say: 'stop' }
  | { say: 'replaced' }
  | { say: 'end' }
  | { say: 'reread' }
  | { say: 'tell'; question: number }
  | { say: 'told'; question: number; all: object[] };

/** What a process that serves says to the primary. */
export type ToPrimary =
  | { say: 'serving' }
  | { say: 'answer'; question: number; answer: object }
  | { say: 'ask'; question: number };
