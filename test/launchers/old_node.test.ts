import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { acceptsNode } from '../../src/cli/doctor/node.ts';

const scripts = fileURLToPath(new URL('../../scripts', import.meta.url));

const versions: [version: string, lts: string | null, accepted: boolean][] = [
  ['v14.21.3', 'Fermium', false],
  ['v20.20.2', 'Iron', false],
  ['v22.17.1', 'Jod', false],
  ['v22.18.0', 'Jod', true],
  ['v24.21.0', 'Krypton', true],
  ['v24.3.0', null, false],
  ['v25.1.0', null, false],
  ['v26.10.0', null, false],
  ['v28.1.0', 'Later', true],
];

describe('the launchers', () => {
  it('run Gatehouse on Node 22.18 or newer of an LTS line, and on no other', () => {
    // In a process of its own: the launchers take over the signals of the process that loads them.
    const script = `import { acceptsNode } from ${JSON.stringify(`${scripts}/runtime.mjs`)};
      console.log(JSON.stringify(JSON.parse(process.argv[1]).map(([version, lts]) => [version, lts, acceptsNode(version, lts)])));`;
    const answer = execFileSync(process.execPath, ['--input-type=module', '-e', script, JSON.stringify(versions)]);
    expect(JSON.parse(answer.toString())).toEqual(versions);
  });

  it.each(versions)('agree with the doctor about %s (%s)', (version, lts, accepted) => {
    expect(acceptsNode(version, lts ?? undefined)).toBe(accepted);
  });

  // The other two are only ever run by the Node that was found.
  const loadedByAnyNode = readdirSync(scripts).filter(
    (name) => !['install_packages.mjs', 'watch_parent.mjs'].includes(name),
  );

  it.each(loadedByAnyNode)(
    '%s keeps to what Node 14 knows, so that an old Node shows our sentence and no syntax error',
    (name) => {
      const source = readFileSync(`${scripts}/${name}`, 'utf8');
      expect(source).not.toMatch(/from 'node:|\?\?=|\|\|=|&&=|\.at\(|replaceAll|Object\.hasOwn|structuredClone/);
      expect(source).not.toMatch(/^(?:const .+ = )?await /m);
    },
  );
});
