import { join } from 'node:path';
import { Readable } from 'node:stream';
import { runCommand } from '../../src/cli/index.ts';
import { commandParts } from '../../src/commands.ts';
import type { World } from './world.ts';

/** Runs a command over the data of a world while its server runs, as an operator does beside it. */
export async function commandBeside(
  { gatehouse, line }: World,
  argv: string[],
  typed = '',
  more: Record<string, string> = {},
): Promise<{ code: number; out: string; err: string }> {
  const written = { out: '', err: '' };
  const into = (name: 'out' | 'err') => (text: string, done?: () => void) => {
    written[name] += text;
    done?.();
  };
  const env = {
    GATEHOUSE_CONFIG: join(gatehouse.dataDir, 'gatehouse.yaml'),
    GATEHOUSE_DATA: gatehouse.dataDir,
    DATABASE_URL: line.url,
    PORT: String(gatehouse.port),
    ...more,
  };
  const io = {
    stdin: Readable.from([Buffer.from(typed)]),
    stdout: { write: into('out') },
    stderr: { write: into('err') },
    env,
    cwd: gatehouse.dataDir,
  };
  const code = await runCommand(argv, io, commandParts);
  return { code, ...written };
}
