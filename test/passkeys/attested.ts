import { createPrivateKey, sign } from 'node:crypto';

/** A certificate as makers of security keys put it beside what they sign, from 2020 to 2120, and its key: of no maker at all. */
const CERTIFICATE =
  'MIIBwzCCAWigAwIBAgIBATAKBggqhkjOPQQDAjBRMQswCQYDVQQGEwJLUjEPMA0GA1UECgwGTm9ib2R5MSIwIAYDVQQLDBlBdXRoZW50aWNhdG' +
  '9yIEF0dGVzdGF0aW9uMQ0wCwYDVQQDDARUZXN0MCAXDTIwMDEwMTAwMDAwMFoYDzIxMjAwMTAxMDAwMDAwWjBRMQswCQYDVQQGEwJLUjEPMA0G' +
  'A1UECgwGTm9ib2R5MSIwIAYDVQQLDBlBdXRoZW50aWNhdG9yIEF0dGVzdGF0aW9uMQ0wCwYDVQQDDARUZXN0MFkwEwYHKoZIzj0CAQYIKoZIzj' +
  '0DAQcDQgAE4xHc3vDg0YL7yF8N0dRXBWd5CpGe0tlau1xTwOO4jG5gSPi4fcxmMgqny/7YqnfCHYIdq8BsdsVrmL+vcUHfTaMvMC0wDAYDVR0T' +
  'AQH/BAIwADAdBgNVHQ4EFgQUL7A5eLVacxzOvfS7KV4l86l8LRUwCgYIKoZIzj0EAwIDSQAwRgIhAMTzXN+quHjkLN6jUKKd6BClo3jnvtEGC4' +
  'E5t5Hu8zdiAiEAupxIAAo4Bs3IdBHToXj2lxz78OHJE9aYCouglzSMKoU=';
const KEY =
  'MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQggoN1Fcqa9lYQUgtDatnKaqYv0d27KHAevwjeAnWs/uehRANCAATjEdze8ODRgv' +
  'vIXw3R1FcFZ3kKkZ7S2Vq7XFPA47iMbmBI+Lh9zGYyCqfL/tiqd8Idgh2rwGx2xWuYv69xQd9N';

const key = createPrivateKey({ key: Buffer.from(KEY, 'base64'), format: 'der', type: 'pkcs8' });

/** A `packed` attestation that is right in itself (WebAuthn 8.2), of a maker that nobody knows. */
export function attestedBy(authData: Uint8Array, clientDataHash: Uint8Array): Map<string, unknown> {
  const signature = sign('sha256', Buffer.concat([authData, clientDataHash]), key);
  return new Map<string, unknown>([
    ['fmt', 'packed'],
    [
      'attStmt',
      new Map<string, unknown>([
        ['alg', -7],
        ['sig', signature],
        ['x5c', [Buffer.from(CERTIFICATE, 'base64')]],
      ]),
    ],
    ['authData', authData],
  ]);
}
