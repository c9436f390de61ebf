import type Koa from 'koa';
import { epochSeconds } from '../kit/clock.ts';
import { equalInConstantTime, hmac } from '../kit/random.ts';

/** Where the doctor asks how its request arrived. Nobody else gets an answer there. */
export const DOCTOR_PATH = '/health/doctor';

/** The header that shows that a request is the doctor's. */
const HEADER = 'gatehouse-doctor';

/** How old a mark may be, and by how much the clocks may differ. */
const SECONDS = 300;

const LONGEST = 300;

/** How a request arrived, before it was made canonical. */
export interface SeenRequest {
  host: string;
  /** The whole list of X-Forwarded-For, from the far end on. */
  forwarded_for: string[];
  forwarded_proto?: string;
}

/** What the doctor sends along: good for some minutes, and only whoever has the keys can make it. */
export function doctorMark(key: Buffer): Record<string, string> {
  const at = String(epochSeconds());
  return { [HEADER]: `${at}.${hmac(key, at)}` };
}

/** Whether a request carries a mark that holds. */
export function isDoctor(ctx: Koa.Context, key: Buffer | undefined): boolean {
  const mark = /^(\d{1,12})\.([\w-]{10,100})$/.exec(ctx.get(HEADER));
  if (!key || !mark) return false;
  const [, at = '', proof = ''] = mark;
  return Math.abs(Number(at) - epochSeconds()) <= SECONDS && equalInConstantTime(proof, hmac(key, at));
}

/** Only what proxies say of a request, for who may know it. */
export function seenOf(ctx: Koa.Context): SeenRequest {
  const text = (name: string) => ctx.get(name).slice(0, LONGEST);
  const list = text('x-forwarded-for').split(',');
  const proto = text('x-forwarded-proto');
  return {
    host: text('host'),
    forwarded_for: list.map((one) => one.trim()).filter((one) => one !== ''),
    ...(proto !== '' && { forwarded_proto: proto }),
  };
}
