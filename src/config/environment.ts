import { resolve } from 'node:path';

/** What the process environment says. Nothing else in the product reads it, and `NODE_ENV` and `.env` are never read. */
export interface Environment {
  /** Absolute path of the main config file (`GATEHOUSE_CONFIG`). */
  configFile: string;
  /** Absolute path of the folder for the embedded database and generated keys (`GATEHOUSE_DATA`). */
  dataDir: string;
  /** pino's level name (`LOG_LEVEL`), `info` when absent or unknown. */
  logLevel: string;
  /** What `LOG_LEVEL` says when that is no level. */
  unknownLogLevel?: string;
  /** Values that win over the file, by the path of the key they replace. */
  overrides: Override[];
}

interface Override {
  variable: 'PORT' | 'HOST' | 'ISSUER' | 'DATABASE_URL';
  path: readonly [string] | readonly [string, string];
  value: string;
}

const OVERRIDES = [
  { variable: 'PORT', path: ['http', 'port'] },
  { variable: 'HOST', path: ['http', 'host'] },
  { variable: 'ISSUER', path: ['issuer'] },
  { variable: 'DATABASE_URL', path: ['database', 'url'] },
] as const;

/** What `LOG_LEVEL` may be. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

/** Reads the environment. An empty variable counts as absent: that is what compose files and shells make of an unset one. */
export function readEnvironment(variables: NodeJS.ProcessEnv = process.env, cwd: string = process.cwd()): Environment {
  const level = variables['LOG_LEVEL']?.toLowerCase() ?? '';
  const known = LOG_LEVELS.includes(level);
  return {
    configFile: resolve(cwd, variables['GATEHOUSE_CONFIG'] || 'config/gatehouse.yaml'),
    dataDir: resolve(cwd, variables['GATEHOUSE_DATA'] || '.data'),
    logLevel: known ? level : 'info',
    ...(level && !known && { unknownLogLevel: level }),
    overrides: OVERRIDES.flatMap(({ variable, path }) => {
      const value = variables[variable];
      return value ? [{ variable, path, value }] : [];
    }),
  };
}
