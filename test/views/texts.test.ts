import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { en } from '../../src/locales/en.ts';
import { locales } from '../../src/locales/index.ts';
import { askedFor, mailNames, renderMail, renderState } from './render.ts';
import { states } from './states.ts';

interface Nested {
  [key: string]: string | Nested;
}

function keysOf(nested: Nested, prefix = ''): string[] {
  return Object.entries(nested).flatMap(([key, value]) =>
    typeof value === 'string' ? [prefix + key] : keysOf(value, `${prefix}${key}.`),
  );
}

const root = join(import.meta.dirname, '../..');
const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.startsWith('locales'))
  .map((file) => readFileSync(join(root, 'src', file), 'utf8'))
  .join('\n');

/** A key stands in the code as a literal, or as the beginning of a template: `errors.${code}.title`. */
function namedInCode(key: string): boolean {
  if (sources.includes(`'${key}'`)) return true;
  const parts = key.split('.');
  return parts.some((_, at) => at > 0 && sources.includes(`\`${parts.slice(0, at).join('.')}.\${`));
}

describe('the texts', () => {
  it('are all used, by a view or by a room', () => {
    for (const { tag } of locales) {
      for (const state of states) renderState(state, tag);
      for (const name of mailNames) {
        const required = {
          code: '48291377',
          upstream: 'Google',
          expires_minutes: '10',
          expires_seconds: '604800',
          address: 'm•••@x.example',
          until: '5 December 2026 at 14:32 (UTC)',
          left: '7',
          off: 'yes',
          reset: 'yes',
          name: 'Wiki',
        };
        renderMail(name, 'html', tag, { ...required, disowned: 'yes' });
        renderMail(name, 'text', tag, {
          ...required,
          link: 'https://id.acme.example/x',
          link_minutes: '30',
          upstreams: 'Google or Facebook',
        });
      }
    }
    expect(keysOf(en).filter((key) => !askedFor.has(key) && !namedInCode(key))).toEqual([]);
  });
});
