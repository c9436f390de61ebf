import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { errorCode } from './error_code.ts';

/** Where substituted values come from. */
export interface Sources {
  variables: NodeJS.ProcessEnv;
  /** Folder of the config file, from which a relative `${file:…}` is read. */
  folder: string;
  /** Told of every file, before it is read. */
  reading?: (path: string) => void;
}

/** Why a placeholder has no value. */
export interface Problem {
  rule: string;
  message: string;
}

interface Substituted {
  value: string;
  /** `file` values are always secret, `variable` values are never printed either. */
  origin: 'variable' | 'file';
  problems: Problem[];
}

const PLACEHOLDER = /\$\{([^}]*)(\}?)/g;
const VARIABLE = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s;
const FORMS = '${NAME}, ${NAME:-default} and ${file:/path}';

/**
 * Replaces `${NAME}`, `${NAME:-default}` and `${file:/path}` in one parsed scalar, once: what a variable holds is never
 * parsed again, so it can change neither the structure nor another value. Undefined when the text has no placeholder.
 */
export function substitute(text: string, sources: Sources): Substituted | undefined {
  if (!text.includes('${')) return undefined;
  const problems: Problem[] = [];
  let origin: Substituted['origin'] = 'variable';
  const value = text.replace(PLACEHOLDER, (whole: string, inner: string, closed: string) => {
    if (closed && inner.startsWith('file:')) origin = 'file';
    const result = closed ? resolvePlaceholder(inner, sources) : malformed(whole);
    if (typeof result === 'string') return result;
    problems.push(result);
    return '';
  });
  return { value, origin, problems };
}

function resolvePlaceholder(inner: string, sources: Sources): string | Problem {
  if (inner.startsWith('file:')) return fromFile(inner.slice('file:'.length), sources);
  const match = VARIABLE.exec(inner);
  const name = match?.[1];
  const fallback = match?.[2];
  if (!name || fallback?.includes('${')) return malformed(`\${${inner}}`);
  const value = sources.variables[name];
  if (value) return value;
  if (fallback !== undefined) return fallback;
  const state = value === undefined ? 'is not set' : 'is empty';
  return {
    rule: 'missing_variable',
    message: `the environment variable ${name} ${state}; set it, or write \${${name}:-default}`,
  };
}

/** The content of a secret file without one trailing newline, which editors and `echo` add. */
function fromFile(path: string, { folder, reading }: Sources): string | Problem {
  const file = resolve(folder, path);
  reading?.(file);
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    const code = errorCode(error) ?? 'no reason known';
    const reason = { ENOENT: 'does not exist', EACCES: 'may not be read by this account', EISDIR: 'is a folder' }[code];
    return { rule: 'missing_file', message: `the file ${path} ${reason ?? `cannot be read (${code})`}` };
  }
}

function malformed(placeholder: string): Problem {
  return { rule: 'malformed_substitution', message: `${placeholder} is not understood; there are ${FORMS}` };
}
