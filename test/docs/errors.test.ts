import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { clientMistakes, errorCodes, type ClientMistake, type ErrorCode } from '../../src/kit/errors.ts';
import { translator } from '../../src/locales/index.ts';

const file = new URL('../../docs/errors.md', import.meta.url);

/** The table as the code has it. Written anew with UPDATE_DOCS=1. */
function errorTable(): string {
  const t = translator('en');
  const rows = (Object.keys(errorCodes) as ErrorCode[]).map((code) => {
    const { status, mender } = errorCodes[code];
    return `| \`${code}\` | ${status} | ${t(`errors.${code}.title`)}. ${t(`errors.${code}.what`)} | ${mender} | ${t(`errors.${code}.how`)} |`;
  });
  const mistakes = (Object.keys(clientMistakes) as ClientMistake[]).map(
    (mistake) => `| \`${mistake}\`${clientMistakes[mistake] ? ' *' : ''} | ${t(`client_mistakes.${mistake}`)} |`,
  );
  return [
    '# Error codes',
    '',
    'Made from `src/kit/errors.ts` and the texts; `UPDATE_DOCS=1 npm run check` writes it anew. Every error page carries the code in',
    '`data-error` and a reference: `./gatehouse explain <reference>` tells what happened. JSON answers are `{ error, reference }`.',
    '',
    '| code | status | what the person reads | who mends it | how |',
    '|---|---|---|---|---|',
    ...rows,
    '',
    '## What an app got wrong',
    '',
    'Said in the details of the page, and by `explain`. Those with a star say something of what is registered: production shows the',
    'world only what came, and the reference; development mode and `explain` tell the rest. What goes back to the app itself, as JSON or',
    'to a proven redirect URI, says the cause in its `error_description`.',
    '',
    '| mistake | what its developer reads |',
    '|---|---|',
    ...mistakes,
    '',
  ].join('\n');
}

describe('docs/errors.md', () => {
  it('is the table of the code', () => {
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(file, errorTable());
    expect(readFileSync(file, 'utf8')).toBe(errorTable());
  });
});
