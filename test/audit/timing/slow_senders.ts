import { connect, type Socket } from 'node:net';
import { percentile } from '../../bench/figures.ts';
import type { AuditWorld } from '../audit_world.ts';
import { atMost, costOf, healthDuring, must, type Finding } from './finding.ts';

const IDLE = 5000;

/** H8: who sends slowly or not at all is hung up on, and keeps nobody waiting. */
export async function slowSenders(world: AuditWorld): Promise<Finding[]> {
  const { issuer } = world.gatehouse;
  const { host } = new URL(issuer);
  const post = `POST /oidc/token HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/x-www-form-urlencoded\r\n`;
  const words = {
    'who never ends the headers': [`GET /health/live HTTP/1.1\r\nHost: ${host}\r\n`, 'X-A: b\r\n', 16],
    'who never ends the body': [`${post}Content-Length: 1000\r\n\r\n`, 'a', 36],
  } as const;
  const cost = await costOf(world, async () => {
    const idle = await Promise.all(Array.from({ length: IDLE }, () => open(issuer)));
    let ends: [string, { seconds: number; answer: string }, number][] = [];
    const health = await healthDuring(issuer, async () => {
      ends = await Promise.all(
        Object.entries(words).map(
          async ([who, [begin, more, most]]) =>
            [who, await drip(issuer, begin, more), most] as [string, { seconds: number; answer: string }, number],
        ),
      );
    });
    const opened = idle.filter((socket) => socket !== undefined);
    for (const socket of opened) socket.destroy();
    return { ends, health, opened: opened.length };
  });
  const { ends, health, opened } = cost.result;
  const ambiguous = `${post}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\na=1\r\n0\r\n\r\n`;
  const both = await say(issuer, ambiguous);
  const absolute = await say(issuer, `GET http://evil.example/ HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
  const hostless = await say(issuer, 'GET / HTTP/1.0\r\n\r\n');
  return [
    ...ends.map(([who, { seconds }, most]) => atMost('H8', `${who} is hung up on after`, seconds, most, 's')),
    atMost('H8', `health beside ${opened} idle connections, p95`, percentile(health, 0.95), 50, 'ms'),
    atMost('H8', `memory of ${opened} idle connections`, cost.grown, 200, 'MB'),
    must('H8', 'a length and chunks are refused', both.startsWith('HTTP/1.1 400'), both.slice(0, 12)),
    must(
      'H8',
      'another host in the request line is refused',
      /^HTTP\/1\.1 4\d\d/.test(absolute),
      absolute.slice(0, 12),
    ),
    must('H8', 'a request without Host is refused', /^HTTP\/1\.\d 4\d\d/.test(hostless), hostless.slice(0, 12)),
  ];
}

/** Undefined where the system gives no more connections. */
function open(issuer: string): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(issuer).port), '127.0.0.1', () => resolve(socket));
    socket.on('error', () => resolve(undefined));
  });
}

/** Begins, says a little more every second, and resolves when the other side hangs up. */
async function drip(issuer: string, begin: string, more: string): Promise<{ seconds: number; answer: string }> {
  const begun = performance.now();
  const timers: NodeJS.Timeout[] = [];
  const answer = await say(issuer, begin, (socket) => timers.push(setInterval(() => socket.write(more), 1000)));
  timers.forEach(clearInterval);
  return { seconds: (performance.now() - begun) / 1000, answer };
}

async function say(issuer: string, text: string, then: (socket: Socket) => unknown = () => {}): Promise<string> {
  const socket = await open(issuer);
  if (!socket) return 'no connection';
  let answer = '';
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
  socket.write(text);
  then(socket);
  await closed;
  return answer;
}
