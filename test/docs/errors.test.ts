import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { errorCodes, type ErrorCode } from '../../src/kit/errors.ts';
import { translator } from '../../src/locales/index.ts';

const file = new URL('../../docs/errors.md', import.meta.url);

/** The table as the code has it. Written anew with UPDATE_DOCS=1. */
function errorTable(): string {
  const t = translator('en');
  const rows = (Object.keys(errorCodes) as ErrorCode[]).map((code) => {
    const { status, mender } = errorCodes[code];
    return `| \`${code}\` | ${status} | ${t(`errors.${code}.title`)}. ${t(`errors.${code}.what`)} | ${mender} | ${t(`errors.${code}.how`)} |`;
  });
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
  ].join('\n');
}

describe('docs/errors.md', () => {
  it('is the table of the code', () => {
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(file, errorTable());
    expect(readFileSync(file, 'utf8')).toBe(errorTable());
  });
});
