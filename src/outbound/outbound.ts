import { readFileSync } from 'node:fs';
import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { Agent } from 'undici';
import { addressPolicy, bareHost, isAddress, hasAllowedScheme, type AddressPolicy } from './address_policy.ts';
import { OutboundError, outboundError } from './outbound_error.ts';
import { readCapped } from './read_capped.ts';
import { sendRequest } from './send_request.ts';

/** Budgets of one call. */
interface OutboundLimits {
  /** Until the answer's headers are there, connecting included. */
  headersMs: number;
  /** Until the answer's last byte is there. */
  totalMs: number;
  /** Bytes of the body after decompression. */
  maxBytes: number;
}

/** Who may be called, and how patiently. */
export interface OutboundSettings {
  mode: 'development' | 'production';
  /** Hosts that stand in the config file: they may be private. */
  trustedHosts: string[];
  /** Private networks (CIDR) that any host may be in. */
  allow: string[];
  limits?: Partial<OutboundLimits>;
  /** `shown`: a redirect is an answer like any other, for who wants to see where it leads. It is never followed. */
  redirects?: 'refused' | 'shown';
  /** How a name becomes addresses; the system's resolver unless given. */
  resolve?: (name: string) => Promise<LookupAddress[]>;
}

/** The open client. */
export interface Outbound {
  /**
   * Fetches without following redirects. The answer is complete when the promise resolves: its body lies in memory,
   * decoded. Rejects with OutboundError, or with the caller's own abort reason.
   */
  fetch: typeof fetch;
  /** Makes ready for other settings; calls that begin after the call of what it returns go by them. */
  prepare(settings: OutboundSettings): () => void;
  close(): Promise<void>;
}

const LIMITS: OutboundLimits = { headersMs: 5000, totalMs: 10_000, maxBytes: 256 * 1024 };
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const NO_BODY: ReadonlySet<number> = new Set([101, 204, 205, 304]);

/** Opens the client. */
export function createOutbound(settings: OutboundSettings): Outbound {
  let line = openLine(settings);
  return {
    fetch: (input, init) => line.fetch(input, init),
    prepare(next) {
      const opened = openLine(next);
      return () => {
        // No connection of the line before is used for another call: it may lead to a host that may not be called any more.
        line.retire();
        line = opened;
      };
    },
    close: () => line.destroy(),
  };
}

interface Line {
  fetch: typeof fetch;
  /** Closes it once the calls that have begun are over. */
  retire(): void;
  destroy(): Promise<void>;
}

/** Every connection was checked against the address it really goes to, so that a second DNS answer cannot win. */
function openLine(settings: OutboundSettings): Line {
  const development = settings.mode === 'development';
  const limits = { ...LIMITS, ...settings.limits };
  const allowed = addressPolicy({ development, trustedHosts: settings.trustedHosts, allow: settings.allow });
  const agent = new Agent({
    // Whoever has given up must leave no socket behind that still tries to connect.
    connect: {
      lookup: guardedLookup(allowed, oneAtATime(settings.resolve ?? resolveBySystem)),
      timeout: limits.headersMs,
    },
    allowH2: false,
  });

  async function guardedFetch(input: Parameters<typeof fetch>[0], init: RequestInit = {}): Promise<Response> {
    if (input instanceof Request) return guardedFetch(input.url, { ...(await partsOf(input)), ...init });
    const url = new URL(input);
    checkUrl(url, development, allowed);
    const headers = new Headers(init.headers);
    headers.set('user-agent', USER_AGENT);
    const budget = startBudget(url.hostname, limits);
    const signal = init.signal ? AbortSignal.any([init.signal, budget.signal]) : budget.signal;
    try {
      const answer = await sendRequest(url, { ...init, headers }, { dispatcher: agent, signal });
      budget.headersArrived();
      if (settings.redirects !== 'shown' && REDIRECTS.has(answer.status)) {
        answer.body.destroy();
        throw new OutboundError(leadsAstray(answer, url, allowed) ? 'address_refused' : 'redirect', url.hostname);
      }
      const body = await readCapped(answer.body, limits.maxBytes, url.hostname);
      return complete(answer.status, [...answer.headers], body);
    } catch (error) {
      if (init.signal?.aborted) throw init.signal.reason;
      if (budget.signal.aborted) throw budget.signal.reason;
      throw outboundError(error, url.hostname);
    } finally {
      budget.end();
    }
  }
  let calls = 0;
  let retired = false;
  const closeWhenIdle = () => {
    if (retired && calls === 0) void agent.close();
  };
  return {
    async fetch(input, init) {
      calls += 1;
      try {
        return await guardedFetch(input, init);
      } finally {
        calls -= 1;
        closeWhenIdle();
      }
    },
    retire() {
      retired = true;
      closeWhenIdle();
    },
    destroy: () => agent.destroy(),
  };
}

async function partsOf(request: Request): Promise<RequestInit> {
  const body = request.body ? await request.arrayBuffer() : undefined;
  return { method: request.method, headers: request.headers, body, signal: request.signal };
}

const USER_AGENT = `Gatehouse/${readVersion()}`;

function readVersion(): string {
  const manifest: { version: string } = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  );
  return manifest.version;
}

function checkUrl(url: URL, development: boolean, allowed: AddressPolicy): void {
  if (!hasAllowedScheme(url, development) || url.username || url.password) {
    throw new OutboundError('insecure', url.hostname);
  }
  if (isAddress(url.hostname) && !allowed(url.hostname, bareHost(url.hostname))) {
    throw new OutboundError('address_refused', url.hostname);
  }
}

/** Whether a redirect, which is not followed anyway, points at an address that nobody may be led to. */
function leadsAstray(
  { headers }: { headers: { get(name: string): string | null } },
  from: URL,
  allowed: AddressPolicy,
) {
  const to = URL.parse(headers.get('location') ?? '', from.href);
  return to !== null && isAddress(to.hostname) && !allowed(to.hostname, bareHost(to.hostname));
}

/** Runs inside the connect of every socket: what DNS says here is where the socket goes. One refused address refuses the name. */
function guardedLookup(allowed: AddressPolicy, resolve: (name: string) => Promise<LookupAddress[]>): LookupFunction {
  return (name, options, answer) => {
    resolve(name).then(
      (addresses) => {
        const [first] = addresses;
        if (!first || !addresses.every((entry) => allowed(name, entry.address))) {
          return answer(new OutboundError(first ? 'address_refused' : 'network', name), '');
        }
        return options.all ? answer(null, addresses) : answer(null, first.address, first.family);
      },
      (error: unknown) => answer(new OutboundError('network', name, error), ''),
    );
  };
}

function resolveBySystem(name: string): Promise<LookupAddress[]> {
  return new Promise((resolve, reject) => {
    systemLookup(name, { all: true }, (error, addresses) => (error ? reject(error) : resolve(addresses)));
  });
}

/** One lookup at a time for a name: each takes a thread of libuv until the resolver gives up, and hashes need those, too. */
function oneAtATime(resolve: (name: string) => Promise<LookupAddress[]>): (name: string) => Promise<LookupAddress[]> {
  const running = new Map<string, Promise<LookupAddress[]>>();
  return (name) => {
    const shared = running.get(name) ?? resolve(name).finally(() => running.delete(name));
    running.set(name, shared);
    return shared;
  };
}

function startBudget(host: string, limits: OutboundLimits) {
  const controller = new AbortController();
  const expire = () => controller.abort(new OutboundError('timeout', host));
  const headers = setTimeout(expire, limits.headersMs);
  const total = setTimeout(expire, limits.totalMs);
  return {
    signal: controller.signal,
    headersArrived: () => clearTimeout(headers),
    end() {
      clearTimeout(headers);
      clearTimeout(total);
    },
  };
}

/** The answer with its decoded body; the headers that described the encoded one are gone. */
function complete(status: number, received: [string, string][], body: Uint8Array<ArrayBuffer>): Response {
  const headers = new Headers(received);
  for (const name of ['content-encoding', 'content-length', 'transfer-encoding']) headers.delete(name);
  return new Response(NO_BODY.has(status) ? null : body, { status, headers });
}
