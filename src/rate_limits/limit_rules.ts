import { z } from 'zod';

interface Rule {
  /** What a key of the rule is: a client address counts by its network, all else as it is. */
  counts: 'client address' | 'mailbox' | 'pair' | 'account' | 'browser' | 'everything';
  points: number;
  /** Seconds in which the points may be used; they come back all at once. */
  window: number;
  /** Seconds of the first block after the points are used up; each further block within a day lasts twice as long, at most an hour. */
  block?: number;
}

/**
 * Every limit of Gatehouse. Each is a key under `limits:` in the config. Where several are asked at once it is in this order:
 * the one before refuses for those behind it.
 */
export const limitRules = {
  /** Wrong passwords on a browser that the account knows: counted apart, so that strangers cannot lock the owner out. */
  login_browser: { counts: 'browser', points: 10, window: 300, block: 300 },
  login_address: { counts: 'client address', points: 100, window: 600 },
  /** The same while the whole world fails too often: who types once or twice is let through, who tries lists is not. */
  login_rush: { counts: 'client address', points: 5, window: 600 },
  /** Wrong passwords for one address from one network; counted alike for addresses nobody has. */
  login_pair: { counts: 'pair', points: 10, window: 300, block: 300 },
  /** Wrong passwords for one address from anywhere. */
  login_account: { counts: 'mailbox', points: 20, window: 600, block: 300 },
  /** Wrong passwords of all the world, on browsers that their account does not know. Refuses nobody: it begins a rush. */
  login_total: { counts: 'everything', points: 3000, window: 600 },
  /** Answers of passkeys that do not count; passwords have counts of their own. */
  passkey_address: { counts: 'client address', points: 60, window: 600 },
  signup_address: { counts: 'client address', points: 20, window: 3600 },
  /** Mails that one client address causes. */
  mail_client: { counts: 'client address', points: 60, window: 3600 },
  /** Mails to a mailbox that its owner causes, on a browser that the account knows. */
  mail_owner: { counts: 'mailbox', points: 3, window: 600 },
  /** Mails to one mailbox that are no way to a new password: fewer than all, so that one of those can always be sent. */
  mail_code: { counts: 'mailbox', points: 2, window: 600 },
  /** Mails to one mailbox that strangers cause. */
  mail_address: { counts: 'mailbox', points: 3, window: 600 },
  /** Mails that strangers cause: fewer than all, so that a flood of theirs leaves some for those who are known. */
  mail_strangers: { counts: 'everything', points: 1000, window: 600 },
  /** Mails that anybody causes. */
  mail_total: { counts: 'everything', points: 1200, window: 600 },
  /** Wrong mailed codes for one address; survives new codes. A single code has five tries of its own. */
  code_account: { counts: 'mailbox', points: 10, window: 3600 },
  /** Codes of an authenticator app for one account, from anywhere: neither another session nor the right password resets them. */
  second_factor_account: { counts: 'account', points: 5, window: 300, block: 300 },
  /** Recovery codes likewise, counted apart: guessing the one keeps nobody from the other. */
  recovery_code_account: { counts: 'account', points: 5, window: 300, block: 300 },
  /** Refused notifications in the name of an upstream that leave an event each; more are refused alike, and leave none. */
  notification_address: { counts: 'client address', points: 30, window: 600 },
  /** Codes of devices that nobody shows: of some ten thousand million, guessed so often at most. */
  device_code_address: { counts: 'client address', points: 20, window: 600 },
  /** Apps that register themselves. */
  registration_address: { counts: 'client address', points: 20, window: 3600 },
  /** Documents of apps that have to be fetched. */
  client_document_address: { counts: 'client address', points: 60, window: 600 },
  /** Requests of apps for one account, whose person is mailed each time; counted alike for people nobody knows. */
  request_account: { counts: 'account', points: 5, window: 600 },
} as const satisfies Record<string, Rule>;

/** The name of a limit. */
export type LimitRule = keyof typeof limitRules;

const override = z
  .strictObject({ points: z.int().min(1).max(1_000_000).optional(), window: z.int().min(1).max(86_400).optional() })
  .optional();

// Object.fromEntries forgets the names that Object.keys was given.
const overrides = Object.fromEntries(Object.keys(limitRules).map((rule) => [rule, override])) as Record<
  LimitRule,
  typeof override
>;

/** `limits:` in the config. Switching all limits off is for development mode only, which the config checks. */
export const limitSettings = z.strictObject({ enabled: z.boolean().default(true), ...overrides });

/** Which limits hold, and the numbers that the config changes. */
export type LimitSettings = z.infer<typeof limitSettings>;

/** A rule as the config leaves it. */
export function effectiveRule(rule: LimitRule, settings: LimitSettings): Rule {
  const changed = settings[rule];
  return {
    ...limitRules[rule],
    ...(changed?.points && { points: changed.points }),
    ...(changed?.window && { window: changed.window }),
  };
}
