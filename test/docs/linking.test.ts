import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { decideLinking, type LinkingDecision, type LinkingFacts } from '../../src/accounts/linking.ts';
import { linkings, localStates, trusts } from '../accounts/linking_cells.ts';

const file = new URL('../../docs/linking.md', import.meta.url);
const BEGIN = '<!-- the tables begin: UPDATE_DOCS=1 npm run check writes them anew -->';
const END = '<!-- the tables end -->';

/** What happens, in an admin's words. */
const words: Record<LinkingDecision, string> = {
  sign_in: 'signed in',
  verify_address_first: 'a code to its address, then signed in',
  refuse_disabled: 'refused: the account cannot be used',
  refuse_neutral: 'refused, without a reason',
  ask_address: 'asked for an address',
  code_first: 'a code to the address',
  create_verified: 'a new account',
  replace_shell: 'a new account; the shell is gone',
  join: '**joined**, with a mail that undoes it',
  prove_then_join: 'proves the account, then joined',
};

const decide = (facts: Omit<LinkingFacts, 'provenByCode'>, provenByCode = false) =>
  words[decideLinking({ ...facts, provenByCode })];

/** The cells that the tests enumerate, decided by the rule itself. */
function tables(): string {
  const known = [
    ['is in use', { disabled: false, addressVerified: true }],
    ['never confirmed its address', { disabled: false, addressVerified: false }],
    ['is disabled or about to be deleted', { disabled: true, addressVerified: true }],
  ] as const;
  return [
    BEGIN,
    '',
    '| the identity already opens an account that | what happens |',
    '|---|---|',
    ...known.map(([state, facts]) => `| ${state} | ${decide({ known: facts, trust: 'absent', linking: 'never' })} |`),
    ...linkings.flatMap((linking) => [
      '',
      `### \`linking: ${linking}\``,
      '',
      `| who has the address | ${trusts.join(' | ')} | after the code |`,
      `|---|${'---|'.repeat(trusts.length + 1)}`,
      ...localStates.map(({ words: who, account }) => {
        const cells = trusts.map((trust) => decide({ trust, linking, account }));
        return `| ${who} | ${cells.join(' | ')} | ${decide({ trust: 'unverified', linking, account }, true)} |`;
      }),
    ]),
    '',
    END,
  ].join('\n');
}

describe('docs/linking.md', () => {
  const written = () => readFileSync(file, 'utf8');

  it('has the tables that the rule decides', () => {
    const [before = '', rest = ''] = written().split(BEGIN);
    const [found = '', after = ''] = rest.split(END);
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(file, before + tables() + after);
    else expect(BEGIN + found + END).toBe(tables());
  });

  it('names a test for every attack, and each of them exists', () => {
    const named = [...written().matchAll(/`(test\/[\w/]+\.test\.ts)`: ([^|]+?) \|/g)];
    expect(named.length).toBeGreaterThan(12);
    for (const [, path = '', name = ''] of named) {
      const test = new URL(`../../${path}`, import.meta.url);
      expect([path, existsSync(test)]).toEqual([path, true]);
      expect(readFileSync(test, 'utf8')).toContain(name);
    }
  });
});
