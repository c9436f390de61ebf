// The promises of the catalogue of attacks that are times, against a server of its
// own: G2 (each form, each class of addresses), B16, E16, H7, H8, H13. Prints every figure beside its goal and ends with 1 when
// one is missed. Times on a busy machine prove nothing: run it when it is quiet.
import { loadavg } from 'node:os';
import { misused, readLine } from '../../support/command_usage.ts';
import { startFakeUpstream, type FakeUpstream } from '../../upstreams/support/fake_upstream.ts';
import { startAuditWorld } from '../audit_world.ts';
import { hostileBodies } from './bodies.ts';
import { classesOfForms } from './classes.ts';
import type { Finding } from './finding.ts';
import { hashFlood } from './hash_flood.ts';
import { slowSenders } from './slow_senders.ts';
import { hostileUpstreams } from './upstreams.ts';

const LINES = ['G2', 'B16', 'E16', 'H7', 'H8', 'H13'];
const usage = `usage: npm run audit:timing -- [samples] [${LINES.join(' | ')} ...]\n`;
const { positionals } = readLine(usage, { allowPositionals: true });
const samples = Number(positionals.find((word) => /^\d+$/.test(word)) ?? 200);
const chosen = positionals.filter((word) => !/^\d+$/.test(word));
const unknown = chosen.find((word) => !LINES.includes(word));
if (unknown !== undefined) misused(usage, `there is no line ${unknown}`);

let fake: FakeUpstream | undefined;
const world = await startAuditWorld(async (issuer) => {
  fake = await startFakeUpstream({ issuer });
  const { id, secret } = fake.clients.partner;
  const partner = { id: 'partner', preset: 'oidc', label: 'Partner', issuer: fake.issuer, email_trust: 'verified' };
  // What is looked at is each single trip, not when an upstream is left alone for a while.
  return [{ ...partner, client_id: id, client_secret: secret, http: { failures: 1000 } }];
});
const audits: [string[], () => Promise<Finding[]>][] = [
  [['G2'], () => classesOfForms(world, samples)],
  [['B16'], async () => (fake ? hostileUpstreams(world, fake) : [])],
  [['E16', 'H7'], () => hostileBodies(world)],
  [['H8'], () => slowSenders(world)],
  [['H13'], () => hashFlood(world)],
];
try {
  print(`load of the machine ${loadavg()[0]?.toFixed(1)}, ${samples} samples of each class`);
  const findings: Finding[] = [];
  for (const [lines, audit] of audits) {
    if (chosen.length > 0 && !lines.some((line) => chosen.includes(line))) continue;
    const found = await audit();
    for (const { line, what, seen, goal, ok } of found)
      print(`${ok ? '  ' : '!!'} ${line.padEnd(4)} ${what.padEnd(62)} ${seen.padEnd(28)} ${goal}`);
    findings.push(...found);
  }
  const missed = findings.filter(({ ok }) => !ok).length;
  print(missed === 0 ? '\nEvery time is as promised.' : `\n${missed} of ${findings.length} are not as promised.`);
  process.exitCode = missed === 0 ? 0 : 1;
} finally {
  await world.stop();
  await fake?.close();
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
