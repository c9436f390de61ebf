import type { MountedRoute } from '../support/mounted_routes.ts';
import type { Hunt } from './hunt.ts';

/** Prints what was asked, what was answered, and what was found. True when nothing was found and no route was left out. */
export function report({
  hunt,
  routes,
  print,
}: {
  hunt: Hunt;
  routes: MountedRoute[];
  print(line: string): void;
}): boolean {
  print('\nroute, and how often it answered how');
  for (const [route, answers] of sorted(hunt.answers)) {
    const kinds = sorted(answers).map(([kind, times]) => `${kind} ${times}`);
    print(`  ${route.padEnd(56)}${kinds.join(', ')}`);
  }
  const unasked = routes.filter(({ method, path }) => !hunt.answers.has(`${method} ${path}`));
  for (const { method, path } of unasked) print(`  NEVER ASKED: ${method} ${path}`);
  for (const { fault, where, request } of hunt.found)
    print(`\nFOUND: ${fault}\n  at ${where}\n${request.slice(0, 4000)}`);
  print(
    `\n${hunt.sent()} requests to ${routes.length} routes: ${hunt.found.length} findings, ${unasked.length} routes never asked, ` +
      `the dearest request took ${hunt.dearest().toFixed(0)} ms of CPU`,
  );
  return hunt.found.length === 0 && unasked.length === 0;
}

function sorted<Value>(map: Map<string, Value>): [string, Value][] {
  return [...map].toSorted(([one], [other]) => one.localeCompare(other));
}
