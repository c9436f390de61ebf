/** What must hold in the tables at every moment, as a query for the rows that break it. */
const broken: Record<string, string> = {
  'an account without an address': `select id from accounts a where deleted_at is null
    and not exists (select 1 from addresses where account_id = a.id)`,
  'a signed-up account without a password': `select id from accounts a where origin = 'signup' and deleted_at is null
    and not exists (select 1 from passwords where account_id = a.id)`,
  'a signed-up account whose address nobody proved': `select account_id from addresses join accounts on accounts.id = account_id
    where origin = 'signup' and verified_at is null`,
  'a confirmed proof without its account': `select p.id from mailed_proofs p where purpose = 'sign-up' and consumed_at is not null
    and not exists (select 1 from addresses where canonical = p.address)`,
  'a session of an account that is to be deleted': `select uid from sessions where account_id in
    (select id from accounts where delete_at is not null)`,
  'a grant of an account that is to be deleted': `select id from grants where account_id in
    (select id from accounts where delete_at is not null)`,
  'a refresh token whose grant is gone': `select id from refresh_tokens where grant_id not in (select id from grants)`,
  'an access token whose grant is gone': `select id from access_tokens where grant_id not in (select id from grants)`,
};

/** Pairs that must be equally many, or at least so many: a change, and the mail that announces it. */
const paired: Record<string, [change: string, mail: string, atLeast?: true]> = {
  'sign-ups and their mails': [
    `select count(*)::int as n from mailed_proofs where purpose = 'sign-up'`,
    `select count(*)::int as n from mail_outbox where template in ('verify-email', 'already-registered')`,
  ],
  'resets and their notices': [
    `select count(*)::int as n from mailed_links where purpose = 'reset-password' and consumed_at is not null`,
    `select count(*)::int as n from mail_outbox where template = 'password-changed'`,
    // Whoever knows their password changes it without a link.
    true,
  ],
  'deletions and their notices': [
    `select count(*)::int as n from accounts where delete_at is not null`,
    `select count(*)::int as n from mail_outbox where template = 'deletion-scheduled'`,
  ],
};

/** Where the tables are, and the mails that arrived where that is known. */
interface Looked {
  query(sql: string): Promise<Record<string, unknown>[]>;
  gatehouse?: { mails(): Promise<{ id: string }[]> };
}

/** What is broken, in words; empty when all is well. */
export async function brokenInvariants(stage: Looked): Promise<string[]> {
  const found: string[] = [];
  for (const [name, sql] of Object.entries(broken)) {
    const rows = await stage.query(sql);
    if (rows.length > 0) found.push(`${name}: ${rows.length}`);
  }
  for (const [name, [change, mail, atLeast]] of Object.entries(paired)) {
    const [changes, mails] = [(await stage.query(change))[0]?.['n'], (await stage.query(mail))[0]?.['n']].map(Number);
    if (changes === mails || (atLeast && Number(mails) > Number(changes))) continue;
    found.push(`${name}: ${changes} and ${mails}`);
  }
  const known = new Set((await stage.query('select id from mail_outbox')).map(({ id }) => id));
  const strays = ((await stage.gatehouse?.mails()) ?? []).filter(({ id }) => !known.has(id));
  if (strays.length > 0) found.push(`mails that nothing announced: ${strays.length}`);
  return found;
}
