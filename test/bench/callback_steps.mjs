// Loaded into a server: says at its end what the steps of a callback cost its own process, in milliseconds for all of them. Only
// callbacks with the parameter `steps` count: to look costs time as well. One request at a time must be under way. PostgreSQL's
// share is seen from outside only.
import { subscribe } from 'node:diagnostics_channel';
import { createRequire } from 'node:module';

/** What ends a step, in the order in which they come; behind it stands what they were doing. */
const STEPS = [
  ['call /token', 'consume'],
  ['answer /token', 'token call'],
  ['call /userinfo', 'key check'],
  ['answer /userinfo', 'profile'],
  ['statement visits_finish_decisive', 'linking'],
  ['end', 'finish'],
];

const costs = {};
let next = -1;
let since = process.cpuUsage();

function mark(what) {
  if (STEPS[next]?.[0] !== what) return;
  const { user, system } = process.cpuUsage(since);
  const [, step] = STEPS[next];
  costs[step] = (costs[step] ?? 0) + (user + system) / 1000;
  since = process.cpuUsage();
  next += 1;
}

subscribe('http.server.request.start', ({ request }) => {
  if (!/^\/upstream\/\w+\/callback.*&steps$/.test(request.url)) return;
  next = 0;
  since = process.cpuUsage();
});
subscribe('http.server.response.finish', () => mark('end'));
subscribe('undici:request:create', ({ request }) => mark(`call ${lastPart(request.path)}`));
subscribe('undici:request:trailers', ({ request }) => mark(`answer ${lastPart(request.path)}`));
const { Query } = createRequire(import.meta.url)('pg');
const { submit } = Query.prototype;
// Those of a transaction that is sent as one come by here one by one.
Query.prototype.submit = function marked(connection) {
  if (next >= 0) mark(`statement ${this.name}`);
  return submit.call(this, connection);
};

process.once('exit', () => process.stdout.write(`callback steps ${JSON.stringify(costs)}\n`));

function lastPart(path) {
  return path.slice(path.lastIndexOf('/'));
}
