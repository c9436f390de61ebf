/** Serves the page, and tells it its issuer and its id. There is no secret and no session: all else happens in the browser. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';

const { ISSUER, CLIENT_ID, PORT = '8083' } = process.env;

const file = (path) => readFile(new URL(path, import.meta.url));
const page = { type: 'text/html; charset=utf-8', body: await file('public/index.html') };
const answers = {
  '/': page,
  '/callback': page,
  '/app.js': { type: 'text/javascript', body: await file('public/app.js') },
  '/style.css': { type: 'text/css', body: await file('public/style.css') },
  // Served from here and not from a CDN, which could read every token.
  '/oauth4webapi.js': { type: 'text/javascript', body: await file(import.meta.resolve('oauth4webapi')) },
  '/config.json': { type: 'application/json', body: JSON.stringify({ issuer: ISSUER, clientId: CLIENT_ID }) },
};

const headers = {
  // Scripts from here alone, and requests to the issuer alone: what gets in nevertheless can send nothing away.
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `connect-src 'self' ${new URL(ISSUER).origin}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; '),
  'cache-control': 'no-store',
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

createServer((request, response) => {
  const { pathname } = new URL(request.url, 'http://any');
  const answer = request.method === 'GET' && Object.hasOwn(answers, pathname) ? answers[pathname] : undefined;
  if (!answer) return response.writeHead(404, headers).end();
  response.writeHead(200, { ...headers, 'content-type': answer.type }).end(answer.body);
}).listen(Number(PORT), '127.0.0.1', () => console.log(`Open http://127.0.0.1:${PORT}`));
