import type { ServerResponse } from 'node:http';
import { createGzip } from 'node:zlib';
import type { Answer } from '../../../src/upstreams/simulator/provider.ts';
import type { TransportFault } from './lies.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const MEGABYTE = 1024 * 1024;

/** Faults of the line, by name, for the requests whose path ends as given. */
export const transportFaults = {
  status: (status: number, type = 'application/json', body = '{}') =>
    answering((response) => response.writeHead(status, { 'content-type': type }).end(body)),
  /** An answer in a provider's own words. */
  answer: ({ status, headers, body }: Answer) => answering((response) => response.writeHead(status, headers).end(body)),
  hang: answering(() => {}),
  /** Headers at once, then a byte now and then, and never an end. */
  drip: answering((response) => {
    response.writeHead(200, JSON_TYPE);
    const timer = setInterval(() => response.write(' '), 50);
    response.once('close', () => clearInterval(timer));
  }),
  reset: answering((response) => response.socket?.resetAndDestroy()),
  truncated: answering((response) => {
    response.writeHead(200, { ...JSON_TYPE, 'content-length': '5000' });
    response.write('{"access_token":"');
    setImmediate(() => response.socket?.destroy());
  }),
  huge: answering((response) => {
    response.writeHead(200, JSON_TYPE);
    response.end(`{"padding":"${'x'.repeat(MEGABYTE)}"}`);
  }),
  /** A hundred megabytes, as fast as they are taken. */
  flood: answering((response) => {
    response.writeHead(200, JSON_TYPE);
    pour(response, 100);
  }),
  bomb: answering((response) => {
    response.writeHead(200, { ...JSON_TYPE, 'content-encoding': 'gzip' });
    const gzip = createGzip();
    gzip.pipe(response);
    gzip.end(Buffer.alloc(20 * MEGABYTE, ' '));
  }),
  redirect: redirectingTo('http://169.254.169.254/'),
  redirectTo: redirectingTo,
  /** To itself, for ever. */
  loop:
    (ending: string): TransportFault =>
    (request, response) => {
      if (!request.path.endsWith(ending)) return false;
      response.writeHead(302, { location: `?${request.query.toString()}` }).end();
      return true;
    },
};

function redirectingTo(location: string) {
  return answering((response) => response.writeHead(302, { location }).end());
}

/** Writes so many megabytes of blanks at the reader's pace, and stops when nobody reads. */
function pour(response: ServerResponse, megabytes: number): void {
  if (megabytes === 0) return void response.end();
  if (response.destroyed) return;
  const goOn = () => pour(response, megabytes - 1);
  if (response.write(Buffer.alloc(MEGABYTE, ' '))) setImmediate(goOn);
  else response.once('drain', goOn);
}

function answering(answer: (response: ServerResponse) => void): (ending: string) => TransportFault {
  return (ending) => (request, response) => {
    if (!request.path.endsWith(ending)) return false;
    answer(response);
    return true;
  };
}
