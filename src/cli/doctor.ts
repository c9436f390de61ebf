import { migrationStatus } from '../database/index.ts';
import type { Call, Command } from './command.ts';
import { reach } from './contexts.ts';
import { print } from './output.ts';

interface Finding {
  check: string;
  ok: boolean;
  says: string;
}

/** `doctor`: whether this machine and this configuration can serve. */
export const doctorCommand: Command = {
  name: 'doctor',
  takes: { least: 0, most: 0 },
  summary: 'check Node, the configuration, the database and its migrations',
  run: async (call) => {
    const findings = await examine(call);
    print(call, findings, () =>
      findings.map(({ check, ok, says }) => `${ok ? 'ok     ' : 'problem'}  ${check}: ${says}`).join('\n'),
    );
    return findings.every((finding) => finding.ok) ? 0 : 1;
  },
};

async function examine(call: Call): Promise<Finding[]> {
  const { load, format } = call.parts.config;
  const config = await load(call.io.env, call.io.cwd);
  if (!config.ok) return [node(), { check: 'configuration', ok: false, says: `\n${format(config.mistakes)}` }];
  const configuration = { check: 'configuration', ok: true, says: `${config.file}, hash ${config.hash}` };
  const database = await reach(call, config.settings);
  if (!database.ok) return [node(), configuration, { check: 'database', ok: false, says: database.reason }];
  try {
    const { applied, pending } = await migrationStatus(database.database);
    const says =
      pending.length > 0
        ? `pending: ${pending.join(', ')}; run npm start (or ./gatehouse migrate)`
        : `${applied.length} applied`;
    const migrations = { check: 'migrations', ok: pending.length === 0, says };
    return [node(), configuration, { check: 'database', ok: true, says: 'answers' }, migrations];
  } finally {
    await database.close();
  }
}

/**
 * Whether this Node may run Gatehouse. Types are stripped by Node itself from 22.18 on, and the protocol engine wants a
 * long-term line. The launchers ask the same before any TypeScript can run; one table tests both.
 */
export function acceptsNode(version: string, lts: string | undefined): boolean {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  return (major > 22 || (major === 22 && minor >= 18)) && major % 2 === 0 && lts !== undefined;
}

function node(): Finding {
  const ok = acceptsNode(process.version, process.release.lts);
  return { check: 'node', ok, says: ok ? process.version : `${process.version} is not a long-term line from 22.18 on` };
}
