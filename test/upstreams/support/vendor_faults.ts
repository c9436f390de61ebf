import { json } from '../../../src/upstreams/simulator/provider.ts';
import { transportFaults } from './transport_faults.ts';

const { answer } = transportFaults;
const X_LIMITS = { 'x-rate-limit-limit': '75', 'x-rate-limit-remaining': '0', 'x-rate-limit-reset': '1790000000' };

/** What providers have been seen to answer instead of a profile, in their own words. */
export const vendorFaults = {
  xTooMany: answer(json(429, { errors: [{ code: 88, message: 'Rate limit exceeded' }] }, X_LIMITS))('/users/me'),
  discordTooMany: answer(
    json(429, { message: 'You are being rate limited.', retry_after: 1.5, global: false }, { 'retry-after': '2' }),
  )('/users/@me'),
  /** Cloudflare, in front of Discord, after too many calls from one address. */
  discordBanned: answer({
    status: 429,
    headers: { 'content-type': 'text/html; charset=UTF-8', 'retry-after': '3600' },
    body: '<!doctype html><title>Access denied | discord.com used Cloudflare to restrict access</title>Error 1015',
  })('/users/@me'),
  naverFailed: answer(json(200, { resultcode: '024', message: 'Authentication failed' }))('/nid/me'),
};
