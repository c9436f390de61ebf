import type { JWTPayload } from 'jose';
import type { FakeUpstream, Faults } from './fake_upstream.ts';

/** What a fake upstream is told to say or do wrong; made when it is there. */
export type MakeFaults = (fake: FakeUpstream) => Faults;

export const claims =
  (change: (claims: JWTPayload) => JWTPayload): MakeFaults =>
  () => ({ claims: change });
export const tokenBody =
  (change: Record<string, unknown>): MakeFaults =>
  () => ({ tokenBody: (body) => ({ ...body, ...change }) });
export const profile =
  (change: Record<string, unknown>): MakeFaults =>
  () => ({ profile: (body) => ({ ...body, ...change }) });
export const line =
  (transport: Faults['transport']): MakeFaults =>
  () => ({ transport });
export const callback =
  (change: (params: URLSearchParams) => void): MakeFaults =>
  () => ({ callback: change });
