import { SERVICE } from '../bench/bench_world.ts';
import type { Browser } from '../support/http_browser.ts';
import { entriesOf } from '../support/http_browser/forms.ts';
import type { MountedRoute } from '../support/mounted_routes.ts';
import type { Draw } from './draw.ts';
import { fieldName, header, hostileValue, strangeBody } from './hostile.ts';
import type { WireRequest } from './wire.ts';

const FORM = 'application/x-www-form-urlencoded';
type Pairs = [string, string][];

/** What is known of the server: some values that exist there, so that a request comes further than the first check. */
export interface Known {
  host: string;
  /** By the name of a path's parameter or of a field. */
  values: Record<string, string[]>;
}

/** A request as an honest sender makes it. */
export interface RightRequest {
  method: string;
  /** A query may stand in it. */
  path: string;
  headers?: Pairs;
  /** Parameters of a GET, fields of a POST. */
  entries: Pairs;
}

/** The same but for one to three changes. */
export function wrongRequest(draw: Draw, known: Known, right: RightRequest): WireRequest {
  const { method, path, headers = [] } = right;
  const sent = encode(draw, changed(draw, right.entries));
  if (method === 'GET') return request(draw, known, method, `${path.split('?')[0]}?${sent}`, headers);
  return request(draw, known, method, path, headers, { type: FORM, body: sent });
}

/** A form of the page where the browser is, as it would send it; undefined when it has none. */
export function rightForm(draw: Draw, browser: Browser): RightRequest | undefined {
  const { page } = browser;
  if (page.forms.length === 0) return undefined;
  const form = draw.oneOf(page.forms);
  const button = form.buttons.length > 0 ? draw.oneOf(form.buttons) : undefined;
  const method = button?.method ?? form.method;
  const url = new URL(button?.action ?? form.action, page.url);
  const headers: Pairs = [
    ['Cookie', browser.cookies.headerFor({ url, method, sameSite: true }) ?? ''],
    ['Origin', url.origin],
    ['Sec-Fetch-Site', 'same-origin'],
  ];
  return { method, path: url.pathname + url.search, headers, entries: entriesOf(form, {}, button) };
}

/** A request for a route that no page leads to like this: any parameters, fields, headers and body. */
export function wildRequest(draw: Draw, known: Known, route: MountedRoute, browser: Browser): WireRequest {
  const path = route.path
    .split('/')
    .map((part) => (part.startsWith(':') ? segment(draw, known, part.slice(1)) : part))
    .join('/');
  const query = draw.chance(0.7) ? `?${encode(draw, pairs(draw, known))}` : '';
  const method = draw.chance(0.9)
    ? route.method
    : draw.oneOf(['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH']);
  const headers: Pairs = [];
  if (draw.chance(0.7)) {
    const url = new URL(route.path, `http://${known.host}`);
    headers.push(['Cookie', browser.cookies.headerFor({ url, method, sameSite: true }) ?? '']);
  }
  if (draw.chance(0.3)) {
    const basic = Buffer.from(`${SERVICE.client_id}:${SERVICE.client_secret}`).toString('base64');
    headers.push([
      'Authorization',
      draw.chance(0.5) ? `Basic ${basic}` : `Bearer ${oneKnown(draw, known, 'access_token')}`,
    ]);
  }
  if (method === 'GET' || method === 'HEAD') return request(draw, known, method, path + query, headers);
  if (draw.chance(0.2)) return request(draw, known, method, path + query, headers, draw(strangeBody));
  // Mostly as from a page of ours: without, few come past the door.
  const token: Pairs = draw.chance(0.7) ? [['_csrf', oneKnown(draw, known, '_csrf')]] : [];
  if (token.length > 0) headers.push(['Origin', `http://${known.host}`]);
  const body = encode(draw, [...token, ...pairs(draw, known).filter(([name]) => name !== '_csrf')]);
  return request(draw, known, method, path + query, headers, { type: FORM, body });
}

function request(
  draw: Draw,
  { host }: Known,
  method: string,
  target: string,
  headers: Pairs,
  sent?: { type: string; body: string },
): WireRequest {
  const all: Pairs = [
    ['Host', host],
    ...headers,
    ...(sent ? [['Content-Type', sent.type] satisfies Pairs[number]] : []),
  ];
  for (let more = draw.chance(0.4) ? 1 : 0; more > 0; more = draw.chance(0.4) ? 1 : 0) all.push(draw(header));
  return { method, target: asTarget(target), headers: all, body: sent?.body };
}

/** What would end the first line of a request is not what is tried here. */
function asTarget(text: string): string {
  return text.replaceAll(/[\r\n\0 ]/g, '%20');
}

function changed(draw: Draw, entries: Pairs): Pairs {
  const result = [...entries];
  for (let changes = draw.oneOf([1, 1, 2, 3]); changes > 0; changes -= 1) {
    const at = result.length > 0 ? draw.oneOf([...result.keys()]) : 0;
    const name = result[at]?.[0] ?? draw(fieldName);
    // A form without its token says little about what stands behind it.
    const spared = name === '_csrf' && draw.chance(0.9);
    const kind = draw.oneOf(['value', 'value', 'value', 'value', 'drop', 'twice', 'more', 'path'] as const);
    if (kind === 'more') result.push([draw(fieldName), draw(hostileValue)]);
    else if (spared) changes += draw.chance(0.5) ? 1 : 0;
    else if (kind === 'value') result[at] = [name, draw(hostileValue)];
    else if (kind === 'drop') result.splice(at, 1);
    else if (kind === 'twice') result.push([name, draw(hostileValue)]);
    else result[at] = [`${name}[${draw.oneOf(['', '$ne', '__proto__'])}]`, draw(hostileValue)];
  }
  return result;
}

function pairs(draw: Draw, known: Known): Pairs {
  const many = draw.oneOf([0, 1, 2, 3, 5, 9, 14]);
  return Array.from({ length: many }, (): [string, string] => {
    const name = draw(fieldName);
    return [name, draw.chance(0.6) ? oneKnown(draw, known, name) : draw(hostileValue)];
  });
}

function oneKnown(draw: Draw, { values }: Known, name: string): string {
  const there = Object.hasOwn(values, name) ? (values[name] ?? []) : [];
  return there.length > 0 ? draw.oneOf(there) : draw(hostileValue);
}

function segment(draw: Draw, known: Known, name: string): string {
  const value = draw.chance(0.6) ? oneKnown(draw, known, name) : draw(hostileValue);
  return encodeURIComponent(value.toWellFormed());
}

/** Mostly as a browser encodes it; now and then as it should not be. */
function encode(draw: Draw, entries: Pairs): string {
  if (draw.chance(0.9)) {
    const parameters = new URLSearchParams();
    for (const [name, value] of entries) parameters.append(name, value.toWellFormed());
    return parameters.toString();
  }
  return entries.map((pair) => pair.join('=')).join(draw.oneOf(['&', ';', '&&']));
}
