import type { BenchWorld } from '../bench/bench_world.ts';
import type { CpuMeter } from '../bench/cpu_meter.ts';
import type { Browser } from '../support/http_browser.ts';
import type { MountedRoute } from '../support/mounted_routes.ts';
import type { Draw } from './draw.ts';
import { knownOf, uidIn } from './known.ts';
import { rightForm, wildRequest, wrongRequest } from './make.ts';
import { protocolRequests } from './protocol.ts';
import { reaches } from './routes.ts';
import { accountStage, signedIn, stages, type Stage } from './stages.ts';
import { faultOf } from './verdict.ts';
import { sendRaw, toText, type WireRequest } from './wire.ts';

/** Milliseconds of CPU, of the server and its PostgreSQL together, that one request may cost. */
const MOST_CPU = 250;
/** A request that seems to cost more is sent so often again: what costs by itself does so each time. */
const AGAIN = 3;
/** So many forms are sent from a page before a new browser goes there. */
const FORMS_OF_A_PAGE = 12;
/** So many requests that no page leads to, for each browser with a session. */
const WILD_OF_A_BROWSER = 40;

/** A request that was answered as none may be. */
export interface Finding {
  fault: string;
  where: string;
  request: string;
}

/** Sends requests, and keeps what it learns. */
export interface Hunt {
  /** Leads one browser somewhere and sends what can be sent from there. */
  round(): Promise<void>;
  found: Finding[];
  sent(): number;
  /** The most CPU that one request took, in milliseconds. */
  dearest(): number;
  /** How often each route was asked, by answer: `2xx`, `4xx` ... */
  answers: Map<string, Map<string, number>>;
}

interface HuntDeps {
  world: BenchWorld;
  routes: MountedRoute[];
  meter: CpuMeter;
  draw: Draw;
  say(line: string): void;
}

/** Prepares what all rounds share. */
export async function createHunt({ world, routes, meter, draw, say }: HuntDeps): Promise<Hunt> {
  const { issuer, port } = world.gatehouse;
  const known = await knownOf(world);
  const found: Finding[] = [];
  const answers = new Map<string, Map<string, number>>();
  let sent = 0;
  let dearest = 0;

  async function tell(fault: string, where: string, request: WireRequest): Promise<void> {
    if (found.some((finding) => finding.fault === fault && finding.where === where)) return;
    found.push({ fault, where, request: toText(request) });
    say(`FOUND: ${fault} (${where}: ${request.method} ${request.target.slice(0, 120)})`);
  }
  async function once(request: WireRequest): Promise<{ fault: string | undefined; status: number; cpu: number }> {
    meter.lap();
    const answer = await sendRaw(port, request);
    const { node, postgres } = meter.lap();
    return { fault: faultOf(answer), status: answer.status, cpu: node + postgres };
  }
  async function send(where: string, request: WireRequest): Promise<void> {
    sent += 1;
    const { fault, status, cpu } = await once(request);
    const path = request.target.split('?')[0] ?? '';
    const route = routes.find((candidate) => candidate.method === request.method && reaches(path, candidate));
    count(route ? `${route.method} ${route.path}` : 'no route', status);
    if (fault !== undefined) await tell(fault, where, request);
    const least = cpu > MOST_CPU ? await cheapest(request, cpu) : cpu;
    dearest = Math.max(dearest, least);
    if (least > MOST_CPU) await tell(`costs ${least.toFixed(0)} ms of CPU`, where, request);
    if (status === 0 && !(await isAlive(issuer))) throw new Error(`the server died of:\n${toText(request)}`);
  }
  async function cheapest(request: WireRequest, first: number): Promise<number> {
    let least = first;
    for (let time = 0; time < AGAIN; time += 1) least = Math.min(least, (await once(request)).cpu);
    return least;
  }
  function count(route: string, status: number): void {
    const kind = status === 0 ? 'closed' : `${Math.floor(status / 100)}xx`;
    const own = answers.get(route) ?? new Map<string, number>();
    answers.set(route, own.set(kind, (own.get(kind) ?? 0) + 1));
  }

  const pages = [...Object.entries(stages), ...accountPages(routes)];
  const protocol = protocolRequests(world, known.values['token']?.[0] ?? '');
  const cookiesFor = (browser: Browser, path: string): [string, string] => {
    const url = new URL(path, issuer);
    return ['Cookie', browser.cookies.headerFor({ url, method: 'GET', sameSite: true }) ?? ''];
  };

  /** Every form of a page, sent in wrong ways from one browser after the other. */
  async function formsOfAPage(): Promise<void> {
    const [where, enter] = draw.oneOf(pages);
    const browser = await enter(world);
    for (let times = 0; times < FORMS_OF_A_PAGE; times += 1) {
      const form = rightForm(draw, browser);
      if (!form) return;
      await send(where, wrongRequest(draw, known, form));
    }
  }
  /** What no page of ours sends, from a browser that is signed in and one that is about to be. */
  async function withoutAPage(): Promise<void> {
    const { browser } = await signedIn(world);
    const { url } = await browser.open(`${world.app.url}/login?prompt=login`);
    const token = /name="_csrf" value="([^"]+)"/.exec(browser.page.body)?.[1] ?? '';
    const there = { ...known, values: { ...known.values, uid: [uidIn(url)], _csrf: [token] } };
    for (let times = 0; times < WILD_OF_A_BROWSER; times += 1) {
      const route = draw.oneOf(routes);
      await send(`${route.method} ${route.path}`, wildRequest(draw, there, route, browser));
      const right = draw.oneOf(protocol);
      const headers = [...(right.headers ?? []), cookiesFor(browser, right.path)];
      await send(`${right.method} ${right.path}`, wrongRequest(draw, there, { ...right, headers }));
    }
  }
  return {
    found,
    answers,
    sent: () => sent,
    dearest: () => dearest,
    round: () => (draw.chance(0.6) ? formsOfAPage() : withoutAPage()),
  };
}

function accountPages(routes: MountedRoute[]): [string, Stage][] {
  const pages = routes.filter(({ method, path }) => method === 'GET' && /^\/account(?:\/|$)/.test(path));
  return pages
    .filter(({ path }) => !path.includes(':') && path !== '/account/return')
    .map(({ path }) => [path, accountStage(path)]);
}

async function isAlive(issuer: string): Promise<boolean> {
  const answer = await fetch(`${issuer}/health/live`).catch(() => undefined);
  return answer?.ok ?? false;
}
