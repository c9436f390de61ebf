import type Koa from 'koa';
import { contentSecurityPolicy } from './content_security_policy.ts';

/**
 * Sets what every answer carries, from the start, so that errors and refusals carry it too. Pages replace the policy,
 * static files the caching. Referrer-Policy is not `no-referrer`: with that, browsers send `Origin: null` with our own
 * forms (Fetch, "append a request Origin header"), and the cross-site check could not tell them from others'.
 */
export function securityHeaders(issuer: string): Koa.Middleware {
  const headers = Object.entries(headersOfEverything(issuer));
  return (ctx, next) => {
    for (const [name, value] of headers) ctx.res.setHeader(name, value);
    return next();
  };
}

/** The same, for what answers before Koa does. */
export function headersOfEverything(issuer: string): Record<string, string> {
  const headers: Record<string, string> = {
    'Content-Security-Policy': contentSecurityPolicy(),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'same-origin',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=()',
  };
  if (issuer.startsWith('https:')) headers['Strict-Transport-Security'] = 'max-age=63072000; includeSubDomains';
  return headers;
}
