import type { Exchange } from '../../support/http_browser/transport.ts';
import type { Run } from '../run.ts';

/** An answer that must be a refusal with one of these errors. */
export function expectRefusal(
  run: Run,
  { status, body }: Pick<Exchange, 'status' | 'body'>,
  ...errors: string[]
): void {
  const error = body.startsWith('{') ? String(JSON.parse(body).error) : body;
  run.expect(status === 400 || status === 401, `the answer is 400 or 401; it was ${status}`);
  run.expect(errors.includes(error), `the error is ${errors.join(' or ')}; it was ${error}`);
}
