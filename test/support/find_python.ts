import { spawnSync } from 'node:child_process';

/** The second one is Debian's: its packages are found by no other, and another one may come first. */
const PROGRAMS = ['python3', '/usr/bin/python3'];
const MODULES = ['authlib', 'flask', 'requests', 'tornado'];
const LOOK = 'import sys, importlib.util as u; sys.exit(None in map(u.find_spec, sys.argv[1:]))';

/** A Python that has what the samples import; undefined when there is none. */
export function findPython(): string | undefined {
  return PROGRAMS.find((program) => spawnSync(program, ['-c', LOOK, ...MODULES]).status === 0);
}
