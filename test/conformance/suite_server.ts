import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Certificate } from '../support/certificates.ts';
import { listenTls } from './tls_server.ts';

/** A request that reached us. */
interface Received {
  method: string;
  /** Below our base. */
  path: string;
  query: Record<string, string>;
  body: string;
}

/** What a path of ours answers. */
interface SuiteAnswer {
  status?: number;
  type?: string;
  body: string;
}

/** The relying party that the suite plays: whatever is asked of it is written down. */
export interface SuiteServer {
  /** `https://127.0.0.1:<port>`. */
  origin: string;
  /** Where the paths of this run begin: `<origin>/test/a/gatehouse`. */
  base: string;
  received: Received[];
  /** From now on this path answers so; any other answers 200 with an empty page. */
  serve(path: string, answer: SuiteAnswer): void;
  /** The first request to a path from `since` on: waits for it, up to ten seconds. */
  next(path: string, since: number): Promise<Received | undefined>;
  stop(): Promise<void>;
}

const PREFIX = '/test/a/gatehouse';
const EMPTY: SuiteAnswer = { body: '<!doctype html><title>The suite</title>' };

/** Starts it on any free port. It listens on 127.0.0.1, so that its cookies and those of the issuer on localhost stay apart. */
export async function startSuiteServer(certificate: Certificate): Promise<SuiteServer> {
  const received: Received[] = [];
  const answers = new Map<string, SuiteAnswer>();
  const listener = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '/', 'https://suite.invalid');
    const path = url.pathname.replace(PREFIX, '');
    const body = await text(request);
    received.push({ method: request.method ?? '', path, query: Object.fromEntries(url.searchParams), body });
    const { status = 200, type = 'text/html; charset=utf-8', body: answer } = answers.get(path) ?? EMPTY;
    response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(answer);
  };
  const server = await listenTls(certificate, (request, response) => void listener(request, response));
  const origin = `https://127.0.0.1:${server.port}`;
  return {
    origin,
    base: origin + PREFIX,
    received,
    serve: (path, answer) => answers.set(path, answer),
    async next(path, since) {
      const deadline = Date.now() + 10_000;
      while (Date.now() < deadline) {
        const found = received.slice(since).find((request) => request.path === path);
        if (found) return found;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      return undefined;
    },
    stop: server.stop,
  };
}
