import type { Answer } from '../oidc/agent.ts';
import type { Browser } from '../support/http_browser.ts';

/** Who asks for the table, and how. */
export interface HeadersTableDeps {
  routes: { method: 'GET' | 'POST'; path: string }[];
  /** Whose cookies come along: nobody's, those of somebody in the middle of a sign-in, of somebody signed in. */
  states: [undefined, Browser, Browser];
  ask(
    method: string,
    path: string,
    browser: Browser | undefined,
    headers?: Record<string, string>,
    body?: string,
  ): Promise<Answer>;
  /** What an origin is called in the table. */
  names: Record<string, string>;
}

/** The table of docs/headers.md, out of real answers: each route is asked in every state and by every method. */
export async function headersTable(deps: HeadersTableDeps): Promise<string> {
  const paths = [...new Set(deps.routes.map(({ path }) => path))].toSorted();
  const rows: string[] = [];
  for (const path of paths) rows.push(await row(deps, path));
  return [...HEAD, ...rows.filter((line) => line !== ''), ''].join('\n');
}

const HEAD = [
  '# What every answer carries',
  '',
  'Made by asking the product; `UPDATE_DOCS=1 npm run check` writes it anew. Every answer, an error too, has',
  '',
  "- `Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';",
  "  form-action 'self'; base-uri 'none'; frame-ancestors 'none'`, where `form-action` names besides what the table says;",
  '- `X-Frame-Options: DENY`, `X-Content-Type-Options: nosniff`, `Referrer-Policy: same-origin`, `Cross-Origin-Opener-Policy: same-origin`;',
  '- `Permissions-Policy` without camera, microphone, geolocation, payment and usb;',
  '- on https, `Strict-Transport-Security: max-age=63072000; includeSubDomains`;',
  '- `Cache-Control: no-store`, where the table says nothing else. Files below `/assets` are kept for a year under a name with their hash;',
  '  a picture there runs nothing: it has `sandbox`.',
  '',
  'Cookies are HttpOnly, `SameSite=Lax`, signed, without a domain, and on https `Secure` with the prefix `__Host-`, or `__Secure-` where they',
  'belong to one visit. A body of another type gets 415, a longer one 413 (the endpoints of the protocol: 400), a packed one 415. Forms of ours',
  'take a token of this browser and no other site.',
  '',
  'The walk sees the first pages of a visit. The later ones (`check-email`, `link-account` and what comes after a proof) name what the first',
  'ones name: the app of the visit, and the upstreams that stand on the page.',
  '',
  '| path | methods | body | forms may end at | cache |',
  '|---|---|---|---|---|',
];

async function row(deps: HeadersTableDeps, path: string): Promise<string> {
  const methods = deps.routes.filter((route) => route.path === path).map(({ method }) => method);
  const taken: string[] = [];
  const targets = new Set<string>();
  const caches = new Set<string>();
  for (const method of new Set(methods)) {
    for (const browser of deps.states) {
      const { status, headers } = await deps.ask(method, path, browser);
      if (status === 404 || status === 405) continue;
      if (!taken.includes(method)) taken.push(method);
      for (const target of formTargets(deps, headers)) targets.add(target);
      caches.add(headers.get('cache-control') ?? '');
    }
  }
  if (taken.length === 0) return '';
  const body = taken.includes('POST') ? await longestBody(deps, path) : '';
  const cache = [...caches].filter((one) => one !== 'no-store').join(', ');
  return `| \`${path}\` | ${taken.join(', ')} | ${body} | ${[...targets].toSorted().join(', ')} | ${cache} |`;
}

/** What the policy lets forms end at, beyond ourselves. */
function formTargets({ names }: HeadersTableDeps, headers: Headers): string[] {
  const directive = /form-action 'self'([^;]*)/.exec(headers.get('content-security-policy') ?? '')?.[1] ?? '';
  return directive
    .split(' ')
    .filter((target) => target !== '')
    .map((target) => names[target] ?? target);
}

/** The most that a POST takes: of the sizes that we use, the first beyond which it is refused as too large. */
async function longestBody({ ask, states }: HeadersTableDeps, path: string): Promise<string> {
  if ((path.startsWith('/oidc/') || path === '/device') && !FORMS.has(path)) return '56 kB';
  const type = path.endsWith('/events') ? 'application/secevent+jwt' : 'application/x-www-form-urlencoded';
  for (const size of [8, 64]) {
    const body = `a=${'x'.repeat(size * 1024)}`;
    const answer = await ask('POST', path, states[path.startsWith('/account') ? 2 : 1], { 'content-type': type }, body);
    if (answer.status === 413) return `${size} kB`;
  }
  throw new Error(`${path} takes any body`);
}

/** What the protocol takes by GET as well as by a form. The rest of it is read by the library, up to its own limit. */
const FORMS = new Set(['/oidc/authorize', '/oidc/logout']);
