import { isNativeError } from 'node:util/types';
import type { Browser, Page, Submission } from '../../support/http_browser.ts';
import { exchange, type Exchange } from '../../support/http_browser/transport.ts';
import { Unanswered, type Journal } from './journal.ts';

/** What the token endpoint and its neighbours answered. */
export interface TokenAnswer {
  status: number;
  json: Record<string, unknown>;
}

/** Asks as a client does that notes what it is told. Each rejects with Unanswered where the answer says nothing. */
export interface Asking {
  look(go: () => Promise<Page>): Promise<Page>;
  /** Whether the press was acknowledged: with a 303, whatever became of the page behind it. */
  press(browser: Browser, submission: Submission): Promise<{ told: boolean; page: Page | undefined }>;
  post(url: string, fields: Record<string, string>, headers?: Record<string, string>): Promise<TokenAnswer>;
  get(url: string, headers: Record<string, string>): Promise<TokenAnswer>;
}

/** Over a journal, in which every error stands, and every answer that no fault excuses. */
export function createAsking(journal: Journal): Asking {
  async function timed<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    const begun = performance.now();
    try {
      return await ask();
    } catch (error) {
      if (!isLost(error)) throw error;
      journal.failed(0);
      throw new Unanswered('no answer', { cause: error });
    } finally {
      journal.slowest = Math.max(journal.slowest, performance.now() - begun);
    }
  }
  function judge({ status, headers, url }: Pick<Exchange, 'status' | 'headers' | 'url'>): void {
    if (status < 500) return;
    journal.failed(status);
    const path = new URL(url).pathname.replace(/[\w-]{20,}/, ':uid');
    // A balancer says 502 where the connection to a server broke off.
    if (status === 502) throw new Unanswered('broken off');
    if (status !== 503) journal.wrong.push(`${path} answered ${status}`);
    else if (!headers['retry-after']) journal.wrong.push(`${path} answered 503 without Retry-After`);
    throw new Unanswered(`status ${status}`);
  }
  async function look(go: () => Promise<Page>): Promise<Page> {
    const page = await timed(go);
    judge(page);
    return page;
  }
  async function send(
    method: string,
    url: string,
    given: { headers: Record<string, string>; body?: string },
  ): Promise<TokenAnswer> {
    const answer = await timed(() => exchange({ method, url: new URL(url), ...given }));
    judge(answer);
    const isJson = (answer.headers['content-type'] ?? '').includes('json');
    return { status: answer.status, json: isJson ? (JSON.parse(answer.body) as TokenAnswer['json']) : {} };
  }
  return {
    look,
    async press(browser, submission) {
      const before = browser.trail.length;
      const isTold = () => browser.trail[before]?.status === 303;
      try {
        const page = await look(() => browser.submit(submission));
        return { told: isTold(), page };
      } catch (error) {
        if (error instanceof Unanswered && isTold()) return { told: true, page: undefined };
        throw error;
      }
    },
    post(url, fields, headers = {}) {
      const body = new URLSearchParams(fields).toString();
      const length = String(Buffer.byteLength(body));
      const type = 'application/x-www-form-urlencoded';
      return send('POST', url, { headers: { ...headers, 'content-type': type, 'content-length': length }, body });
    },
    get: (url, headers) => send('GET', url, { headers }),
  };
}

/** The connection was refused, broken off, or the answer did not come within the twenty seconds of the transport. */
function isLost(error: unknown): boolean {
  if (!isNativeError(error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  return /^(?:ECONNREFUSED|ECONNRESET|EPIPE|HPE_\w+)$/.test(code) || /^no answer from|aborted/.test(error.message);
}
