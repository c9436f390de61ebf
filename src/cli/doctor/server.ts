import { OutboundError } from '../../outbound/index.ts';
import { mendOf } from '../../upstreams/index.ts';
import type { SeenRequest } from '../../web/index.ts';
import type { CommandSettings } from '../command.ts';
import { compareClock } from './clocks.ts';
import { broken, fine, type Finding } from './finding.ts';
import { createVisitor } from './visitor.ts';

/** What is needed to speak to the server as anybody would. */
interface ServerDeps {
  settings: Pick<CommandSettings, 'issuer' | 'http'>;
  /** Of the configuration here. */
  hash: string;
  ask: typeof fetch;
  /** The header by which the server knows us. */
  mark: () => Record<string, string>;
}

const PROXY = 'the proxy in front must pass Host on as it came (nginx: proxy_set_header Host $host)';

/** The issuer under its own name, what stands in front of it, and its cookies. */
export async function* examineServer(deps: ServerDeps): AsyncGenerator<Finding, void, void> {
  const { issuer } = deps.settings;
  try {
    const answer = await deps.ask(`${issuer}/.well-known/openid-configuration`);
    yield await discovery(deps, answer);
    const date = answer.headers.get('date');
    if (date !== null) yield compareClock('issuer clock', 'the clock of the issuer', new Date(date));
    yield await configuration(deps);
    yield await proxies(deps);
    yield await cookies(deps);
  } catch (error) {
    yield unreachable(issuer, error);
  }
}

function unreachable(issuer: string, error: unknown): Finding {
  if (!(error instanceof OutboundError)) throw error;
  const { says, mend } = mendOf(error);
  if (error.reason !== 'network') return broken('issuer', says, mend);
  const start = 'start it (npm start, or ./gatehouse start); where it runs, look at DNS, the proxy and the firewall';
  return broken('issuer', `no server answers at ${issuer}: ${says}`, start);
}

/** Discovery says the same issuer, over the scheme that people use. */
async function discovery({ settings: { issuer } }: ServerDeps, answer: Response): Promise<Finding> {
  const { status } = answer;
  const to = answer.headers.get('location');
  if (to !== null) {
    const mend = `issuer must be the name that people end at, and the proxy must not send ${issuer} elsewhere`;
    return broken('issuer', `${issuer} is sent on to ${new URL(to, issuer).origin}`, mend);
  }
  if (status === 421) return broken('issuer', 'the server was asked for another host than the issuer', PROXY);
  if (status >= 500) {
    return broken('issuer', `a proxy or the server answers ${status}`, 'look at its log and at /health/ready');
  }
  const said = await issuerIn(answer);
  if (said === issuer) return fine('issuer', `${issuer} answers, and names itself so`);
  if (said === undefined) {
    return broken('issuer', `something else answers at ${issuer} (${status})`, 'look where its name and port lead to');
  }
  return broken(
    'issuer',
    `${issuer} names itself ${said}`,
    'the server runs with another issuer: mend issuer (or ISSUER) there or here',
  );
}

async function issuerIn(answer: Response): Promise<string | undefined> {
  const body: unknown = await answer.json().catch(() => undefined);
  return hasIssuer(body) ? String(body.issuer) : undefined;
}

function hasIssuer(body: unknown): body is { issuer: unknown } {
  return typeof body === 'object' && body !== null && 'issuer' in body;
}

async function configuration({ settings: { issuer }, hash, ask }: ServerDeps): Promise<Finding> {
  const answer = await ask(`${issuer}/health/ready`);
  const body = (await answer.json().catch(() => ({}))) as { checks?: Record<string, string>; config?: string };
  const failed = Object.entries(body.checks ?? {}).flatMap(([name, result]) => (result === 'ok' ? [] : [name]));
  if (failed.length > 0) return broken('server', `it is not ready: ${failed.join(', ')}`, 'its log says why');
  if (body.config === undefined || body.config === hash) return fine('server', 'it is ready, with this configuration');
  return fine('server', 'it is ready, with another configuration than the one here: reload or restart it to compare');
}

/** RFC 5737: nobody has it. Who is taken for it, believed what we wrote into the header. */
const NOBODY = '192.0.2.77';

/** What proxies add on the way, compared with what the configuration says of them. */
async function proxies({ settings: { issuer, http }, ask, mark }: ServerDeps): Promise<Finding> {
  const headers = { ...mark(), 'x-forwarded-for': NOBODY };
  const answer = await ask(`${issuer}/health/doctor`, { headers });
  if (answer.status !== 200) {
    return broken('proxy', 'the server does not know us', 'it must run with this database and this encryption_key');
  }
  const seen = (await answer.json()) as SeenRequest; // our own answer, which the mark has opened
  const host = new URL(issuer).host;
  if (seen.host !== host) return broken('proxy', `the server is asked for ${seen.host}, not for ${host}`, PROXY);
  const kept = seen.forwarded_for.lastIndexOf(NOBODY);
  const hops = kept < 0 ? seen.forwarded_for.length : seen.forwarded_for.length - 1 - kept;
  const { trusted_hops: trusted } = http;
  if (trusted !== hops) {
    const says = `trusted_hops is ${trusted}, but ${hops} ${hops === 1 ? 'proxy adds' : 'proxies add'} to X-Forwarded-For`;
    const would =
      trusted > hops ? 'anybody could pass for another address' : 'all would share the address of the proxy';
    return broken('proxy', says, `write http: { trusted_hops: ${hops} }: ${would}`);
  }
  const scheme = new URL(issuer).protocol.slice(0, -1);
  const { forwarded_proto: proto } = seen;
  if (proto !== undefined && proto !== scheme) {
    const mend = `people must come by ${scheme}: mend the proxy (X-Forwarded-Proto), or issuer`;
    return broken('proxy', `the proxy says ${proto}, the issuer is ${scheme}`, mend);
  }
  return fine(
    'proxy',
    hops === 0 ? 'nothing stands in front, or it adds nothing' : `${hops} in front, as trusted_hops says`,
  );
}

/** A browser gets them, and they come back. */
async function cookies({ settings: { issuer }, ask }: ServerDeps): Promise<Finding> {
  const visitor = createVisitor({ issuer, ask });
  const page = await visitor.open(`${issuer}/account`);
  const secure = issuer.startsWith('https:');
  if (visitor.cookies.length === 0) {
    return broken('cookies', 'the server sets none', 'a proxy takes Set-Cookie away: let it pass');
  }
  const bare = visitor.cookies.find((cookie) => /;\s*secure/i.test(cookie) !== secure);
  if (bare !== undefined) {
    const name = bare.split('=')[0] ?? '';
    const says = `${name} is ${secure ? 'not Secure' : 'Secure, on an issuer without https'}`;
    return broken('cookies', says, 'a proxy changes Set-Cookie: let it pass as it is');
  }
  if (page.kind === 'page' && page.screen !== 'error') return fine('cookies', 'they are set, and they come back');
  return broken(
    'cookies',
    'they are set, and do not come back',
    'a proxy takes the header Cookie away, or changes paths',
  );
}
