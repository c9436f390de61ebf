import type { Call, Command } from './command.ts';
import { planCommand } from './config_plan.ts';
import { complain, print } from './output.ts';

const EXPLAINED = 'docs/config-rules.md explains each rule';

/** `config check`, `config schema` and `config plan`. */
export const configCommands: Command[] = [
  {
    name: 'config check',
    takes: { least: 0, most: 0 },
    summary: 'report every mistake of the config file, with its line and the fix',
    run: check,
  },
  {
    name: 'config schema',
    takes: { least: 0, most: 0 },
    summary: 'print the JSON Schema of the config file, for editors',
    run: async (call) => {
      call.io.stdout.write(`${JSON.stringify(call.parts.config.schema(), null, 2)}\n`);
      return 0;
    },
  },
  planCommand,
];

async function check(call: Call): Promise<number> {
  const { load, format } = call.parts.config;
  const config = await load(call.io.env, call.io.cwd);
  if (!config.ok) {
    const count = config.mistakes.length;
    if (call.json) print(call, { ok: false, mistakes: config.mistakes }, () => '');
    else complain(call, `${format(config.mistakes)}\n${amount(count, 'mistake')}; ${EXPLAINED}`);
    return 1;
  }
  const { file, hash, overrides, warnings, settings } = config;
  if (!call.json && warnings.length > 0)
    complain(call, `${format(warnings)}\n${amount(warnings.length, 'warning')}; ${EXPLAINED}\n`);
  const counts = { clients: settings.clients.length, upstreams: settings.upstreams.length };
  print(
    call,
    { ok: true, file, hash, issuer: settings.issuer, mode: settings.mode, ...counts, overrides, warnings },
    () =>
      [
        `${file} is all right: ${settings.issuer} in mode ${settings.mode}, ${amount(counts.clients, 'client')}, ${amount(counts.upstreams, 'upstream')}`,
        ...overrides,
        `hash ${hash}`,
      ].join('\n'),
  );
  return 0;
}

function amount(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}
