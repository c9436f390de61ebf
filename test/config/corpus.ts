import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KEY } from './world.ts';

/** One broken configuration, and `line:column rule` of each thing to report about it. */
interface BrokenConfig {
  what: string;
  config: string;
  mistakes: string[];
  warnings: string[];
}

const folder = join(import.meta.dirname, 'corpus');

/** The least that is right in each mode stands for itself: `(development)` and `(production)` on a line of their own. */
const BASES: Record<string, string> = {
  '(development)\n': 'issuer: http://localhost:3000\nmode: development\n',
  '(production)\n': `issuer: https://id.acme.example\nmode: production\nencryption_key: ${KEY}\nsubject_salt: ${KEY}\nmail: { smtp: "smtp://localhost" }\ndatabase: { url: "postgres://h/d" }\n`,
};

/**
 * The broken configurations of the folder. In a file each begins with `=== what it is`, then has a line `! line:column rule` for
 * each mistake and `? line:column rule` for each warning, then the YAML. Lines are counted from the first one of the YAML.
 */
export const corpus: BrokenConfig[] = readdirSync(folder)
  .toSorted()
  .flatMap((name) => readFileSync(join(folder, name), 'utf8').split(/^=== /m).slice(1).map(read));

function read(entry: string): BrokenConfig {
  const [what = '', ...lines] = entry.split('\n');
  const body = lines.findIndex((line) => !/^[!?] /.test(line));
  const expected = (mark: string) =>
    lines
      .slice(0, body)
      .filter((line) => line.startsWith(mark))
      .map((line) => line.slice(2));
  const config = Object.entries(BASES).reduce(
    (text, [name, base]) => text.replace(name, base),
    lines.slice(body).join('\n'),
  );
  return { what, config: config.replace(/\n+$/, '\n'), mistakes: expected('!'), warnings: expected('?') };
}
