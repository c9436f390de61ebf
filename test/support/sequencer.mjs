// Jest's order of test files: the dearest first, so that both workers end together instead of one with the longest file. Jest's
// own order knows the durations of the run before, which a fresh clone has not.
import { statSync } from 'node:fs';

/** What costs most comes first: servers, browsers and whole matrices of them. */
const dearest = [/flows\/personas/, /browser\//, /flows\//, /(database|cli)\/embedded/, /drill\//, /(oidc|views)\//];

export default class {
  sort(tests) {
    const costs = new Map(tests.map((test) => [test, costOf(test)]));
    return tests.toSorted((one, other) => costs.get(other) - costs.get(one));
  }

  shard(tests, { shardIndex, shardCount }) {
    return tests.filter((_test, index) => index % shardCount === shardIndex - 1);
  }

  allFailedTests(tests) {
    return tests;
  }

  cacheResults() {}
}

/** By kind; among files of a kind by size. */
function costOf({ path }) {
  const kind = dearest.findIndex((pattern) => pattern.test(path));
  return (kind === -1 ? 0 : dearest.length - kind) * 1e9 + statSync(path).size;
}
