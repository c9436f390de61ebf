import { request } from 'node:https';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createOutbound } from '../../src/outbound/index.ts';
import { startTlsListener, type TlsListener } from './support/tls_faults.ts';

let listener: TlsListener | undefined;
afterEach(() => listener?.close());

/** What a client that trusts this certificate finds wrong with it. */
function judge({ base, cert }: TlsListener): Promise<string> {
  return new Promise((resolve) => {
    request(base, { ca: cert }, (answer) => resolve(String(answer.resume().statusCode)))
      .once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''))
      .end();
  });
}

describe('a TLS listener of the tests', () => {
  it.each([
    ['selfSigned', '200'],
    ['expired', 'CERT_HAS_EXPIRED'],
    ['wrongHost', 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ] as const)('%s: has this fault and no other', async (fault, verdict) => {
    listener = await startTlsListener(fault);
    expect(await judge(listener)).toBe(verdict);
  });

  it.each(['selfSigned', 'expired', 'wrongHost'] as const)('%s: gets no request of ours', async (fault) => {
    listener = await startTlsListener(fault);
    const outbound = createOutbound({ mode: 'development', trustedHosts: ['127.0.0.1'], allow: [] });
    await expect(outbound.fetch(`${listener.base}/token`)).rejects.toMatchObject({ reason: 'tls' });
    expect(listener.requests()).toBe(0);
    await outbound.close();
  });
});
