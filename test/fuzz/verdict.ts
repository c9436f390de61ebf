import { CANARY } from './hostile.ts';
import type { WireAnswer } from './wire.ts';

/** What no answer may be, whatever was sent; undefined for one that is fine. */
export function faultOf({ status, headers, body }: WireAnswer): string | undefined {
  if (status >= 500 && !(status === 503 && headers.has('retry-after'))) return `answers ${status}`;
  if (headers.has('x-canary')) return 'a header of the stranger is in the answer';
  const type = headers.get('content-type') ?? '';
  const isMarkup = /html|xml|svg/.test(type);
  if (isMarkup && body.includes(`<${CANARY}`)) return 'markup of the stranger is in the page';
  if (body.includes(CANARY) && headers.get('x-content-type-options') !== 'nosniff')
    return 'words of the stranger are in an answer that a browser may take for a page';
  const location = headers.get('location') ?? '';
  if (/^(?:javascript|data):/i.test(location) || /^[/\\]{2}/.test(location) || /\/\/[^/]*evil\.example/.test(location))
    return `sends the browser to ${location.slice(0, 80)}`;
  if (/\bat [^\n]*\.(?:ts|js|mjs):\d+/.test(body)) return 'a stack is in the answer';
  return undefined;
}
