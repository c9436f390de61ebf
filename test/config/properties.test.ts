import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { isScalar, parseDocument, visit } from 'yaml';
import { openClients } from '../../src/clients/index.ts';
import { formatMistakes, loadConfig } from '../../src/config/index.ts';
import { validateClients } from '../../src/oidc/index.ts';
import { formatTallies, mutationRun } from './mutations.ts';
import { rightOnes, someClients } from './some_clients.ts';
import { folderWith } from './world.ts';

const ROOT = join(import.meta.dirname, '../..');
const EVERYTHING = readFileSync(join(ROOT, 'config/gatehouse.yaml'), 'utf8').replace(/^(\s*)#(?=[\w-])/gm, '$1');
const MARK = 'hunter2hunter2';

let folder: ReturnType<typeof folderWith>;

beforeAll(() => {
  folder = folderWith({ 'config/gatehouse.yaml': EVERYTHING });
  cpSync(join(ROOT, 'assets/brand'), join(folder.path, 'assets/brand'), { recursive: true });
});

afterAll(() => folder.remove());

async function loadText(text: string, variables: NodeJS.ProcessEnv) {
  writeFileSync(join(folder.path, 'config/gatehouse.yaml'), text);
  return loadConfig(variables, folder.path);
}

/** The full file several times; each of its scalars is replaced in one of them, neighbours in different ones. */
function replacements(replacement: string, times: number): string[] {
  return Array.from({ length: times }, (_, turn) => {
    const document = parseDocument(EVERYTHING);
    let index = 0;
    visit(document, {
      Scalar(key, node) {
        if (key !== 'key' && isScalar(node) && index++ % times === turn) node.value = replacement;
      },
    });
    return document.toString();
  });
}

describe('whatever the file says', () => {
  it('loading answers and does not throw', async () => {
    const line = fc.stringMatching(/^[ \t]{0,6}[-?:a-z_{}[\]"'$&*!|>%@#\\, 0-9]{0,24}$/);
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 12 }), async (lines) => {
        const loaded = await loadText(lines.join('\n'), { A: 'a' });
        expect(loaded.ok || loaded.mistakes.length > 0).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('a mutilated file answers and does not throw', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(EVERYTHING.length),
        fc.nat(40),
        fc.string({ maxLength: 8 }),
        async (start, length, put) => {
          const loaded = await loadText(EVERYTHING.slice(0, start) + put + EVERYTHING.slice(start + length), {});
          expect(loaded.ok || formatMistakes(loaded.mistakes).length > 0).toBe(true);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('a substituted value is never printed, wherever it stands', async () => {
    for (const text of replacements('${SECRET}', 12)) {
      const loaded = await loadText(text, { SECRET: `${MARK} "${MARK}` });
      expect(loaded.ok).toBe(false);
      expect(JSON.stringify(loaded)).not.toContain(MARK);
    }
  });
});

describe('clients in which the check finds no mistake', () => {
  it('are registered, and the engine takes each of them', async () => {
    let right = 0;
    await fc.assert(
      fc.asyncProperty(someClients, async (clients) => {
        const { settings: found } = await rightOnes(clients);
        const { clients: settings, protocol } = found;
        right += settings.length;
        openClients({ settings });
        expect(await validateClients(settings, protocol)).toEqual([]);
      }),
      { numRuns: 40 },
    );
    expect(right).toBeGreaterThan(20);
  });
});

describe('the mutation run over a full file', () => {
  it('finds every misspelt key and wrong type, and at least 95 of 100 wrong values', async () => {
    const seed = 1;
    const tallies = await mutationRun(seed);
    process.stdout.write(`${formatTallies(seed, tallies)}\n`);
    const [keys, types, ...values] = tallies;
    expect([keys?.missed, types?.missed]).toEqual([[], []]);
    for (const { kind, tried, caught } of values) expect([kind, caught / tried >= 0.95]).toEqual([kind, true]);
  }, 120_000);
});
