import type { IncomingMessage } from 'node:http';
import type Koa from 'koa';
import type { Logger } from '../kit/logger.ts';
import { clientAddress } from './client_address.ts';
import { clientCertificate, type CertificateHeaders } from './client_certificate.ts';
import { stateOf } from './request_state.ts';

const METHODS = new Set(['GET', 'HEAD', 'POST', 'OPTIONS']);

/** The one place where further methods mean something: an app changes or removes what it registered (RFC 7592 2). */
const MANAGED = { path: /^\/oidc\/register\/[^/?]+$/, methods: new Set(['PUT', 'DELETE']) };

/** Headers by which a proxy, or whoever pretends to be one, says who asked whom for what, with which certificate; also every method override. */
const FORWARDING =
  /^(?:forwarded|via|x-forwarded.*|x-original-.*|x-rewrite-url|x-host|x-http-host-override|(?:x-|x-cluster-|true-|fastly-|cf-)?client-ip|x-real-ip|cf-connecting-ip|x-(?:url-)?scheme|front-end-https|x-request-id|x-(?:http-)?method(?:-override)?|client-cert(?:-.*)?|(?:x-)?ssl-.*|x-(?:tls-)?client-(?:cert|verif).*|x-amzn-mtls-.*|x-arr-clientcert)$/;

type Refusal = { status: 400 | 405 | 421; text: string };

const LONGEST_HOST = 100;

/** More often it would be a stranger's means to fill the log. */
const TELL_EVERY = 60_000;

/**
 * Makes the request what the issuer would have been sent, before anything else reads it. A
 * request for another host gets 421 (RFC 9110 15.5.20), an ambiguous one 400 (RFC 9112 3.2). Koa's `proxy` is on, and that
 * is safe only here: each forwarding header it reads is removed, and then set by us.
 */
export function canonicalRequest(deps: {
  issuer: string;
  trustedHops: () => number;
  /** Asked at every request: where the proxy says who is at the other end of TLS. */
  certificateHeaders?: () => CertificateHeaders | undefined;
  logger: Logger;
}): Koa.Middleware {
  const issuer = new URL(deps.issuer);
  const standardPort = issuer.protocol === 'https:' ? '443' : '80';
  const hosts = new Set([issuer.host, issuer.port === '' ? `${issuer.host}:${standardPort}` : issuer.host]);

  let told = Number.NEGATIVE_INFINITY;
  // The usual mistake of a proxy in front of us, and nothing else would tell its owner.
  const tell = (host = '') => {
    if (performance.now() - told < TELL_EVERY) return;
    told = performance.now();
    const received = host.slice(0, LONGEST_HOST).replaceAll(/[^\x20-\x7e]/g, '?');
    deps.logger.warn({ received, expected: issuer.host }, 'a request for another host');
  };

  return (ctx, next) => {
    const refusal = refusalOf(ctx.req, hosts);
    if (refusal) {
      if (refusal.status === 421) tell(ctx.req.headers.host);
      refuse(ctx, refusal);
      return undefined;
    }
    const { headers } = ctx.req;
    const forwardedFor = headers['x-forwarded-for']?.toString();
    const address = clientAddress(ctx.req.socket.remoteAddress, forwardedFor, deps.trustedHops());
    const named = deps.certificateHeaders?.();
    // Without a proxy the header is a stranger's.
    const certificate = named && deps.trustedHops() > 0 ? clientCertificate(ctx.req, named) : undefined;
    removeForwarding(headers, named);
    headers.host = issuer.host;
    headers['x-forwarded-proto'] = issuer.protocol.slice(0, -1);
    if (address !== '') headers['x-forwarded-for'] = address;
    const state = stateOf(ctx);
    state.clientAddress = address;
    state.certificate = certificate;
    return next();
  };
}

function refusalOf(request: IncomingMessage, hosts: Set<string>): Refusal | undefined {
  const { url = '', method = '' } = request;
  if (hasTwoHosts(request)) return { status: 400, text: 'Two Host headers.' };
  if (!hosts.has((request.headers.host ?? '').toLowerCase())) return { status: 421, text: 'Not the host you want.' };
  // An absolute URI would name a host of its own, and PostgreSQL refuses a NUL in a text.
  if (!url.startsWith('/') || url.includes('%00')) return { status: 400, text: 'Not a path of this host.' };
  if (!METHODS.has(method) && !(MANAGED.methods.has(method) && MANAGED.path.test(url)))
    return { status: 405, text: 'Method not allowed.' };
  return undefined;
}

/** Of two, Node takes the first one and shows no other. */
function hasTwoHosts({ rawHeaders }: IncomingMessage): boolean {
  let found = 0;
  // Names stand at even places, each before its value.
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    if (name.length === 4 && name.toLowerCase() === 'host') found += 1;
  }
  return found > 1;
}

function refuse(ctx: Koa.Context, { status, text }: Refusal): void {
  ctx.status = status;
  ctx.type = 'text/plain; charset=utf-8';
  ctx.set('Connection', 'close');
  if (status === 405) ctx.set('Allow', [...METHODS].join(', '));
  ctx.body = `${text}\n`;
}

function removeForwarding(headers: IncomingMessage['headers'], named: CertificateHeaders | undefined): void {
  const certificate: readonly unknown[] = named ? [named.certificate_header, named.verified_header] : [];
  for (const name of Object.keys(headers)) {
    // With an underscore the same name passes many a proxy's filter, and no header of ours has one.
    if (name.includes('_') || FORWARDING.test(name) || certificate.includes(name)) delete headers[name];
  }
}
