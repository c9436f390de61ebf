import type { AuthenticationResponseJSON } from '@simplewebauthn/server';
import type { AttestationObject } from '@simplewebauthn/server/helpers';
import { z } from 'zod';
import type { NewPasskey } from './door.ts';
import { webauthn, webauthnHelpers } from './webauthn.ts';

/** What we ask for and take, by its number (RFC 9053, RFC 8812): EdDSA, ES256, and RS256 for the TPMs of Windows. */
export const ALGORITHMS = [-8, -7, -257];

/** Whose answers count. */
export interface RelyingParty {
  rpId: string;
  origin: string;
}

/** What an authenticator signed with a passkey says. */
export interface Signed {
  signCount: number;
  backupEligible: boolean;
  backedUp: boolean;
}

const bytes = z.string().regex(/^[A-Za-z0-9_-]+$/);
// A credential id has 1023 bytes at most (WebAuthn 5.8.3).
const credentialId = bytes.max(1364);
const base = z.object({ id: credentialId, rawId: credentialId, type: z.literal('public-key') });
const assertion = base.extend({
  response: z.object({
    clientDataJSON: bytes,
    authenticatorData: bytes,
    signature: bytes,
    userHandle: bytes.max(86).nullish(),
  }),
});
const creation = base.extend({
  response: z.object({
    clientDataJSON: bytes,
    attestationObject: bytes,
    transports: z
      .array(z.string().regex(/^[a-z-]{1,32}$/))
      .max(10)
      .catch([])
      .optional(),
  }),
});
const clientData = z.object({
  type: z.string(),
  challenge: bytes.max(86),
  origin: z.string(),
  crossOrigin: z.boolean().optional(),
  topOrigin: z.never().optional(),
});

/** What a browser posted, read and not yet believed. `challenge` is what the authenticator says it answers. */
export interface Answer<Response> {
  challenge: string;
  response: Response;
}

/** An answer to `navigator.credentials.get`; undefined when it is none, or was made in a frame of another site. */
export function readAssertion(text: string): Answer<z.infer<typeof assertion>> | undefined {
  return read(assertion, text);
}

/** The same of `navigator.credentials.create`. */
export function readCreation(text: string): Answer<z.infer<typeof creation>> | undefined {
  return read(creation, text);
}

function read<Response extends { response: { clientDataJSON: string } }>(
  shape: z.ZodType<Response>,
  text: string,
): Answer<Response> | undefined {
  const parsed = shape.safeParse(parseJson(text));
  if (!parsed.success) return undefined;
  const told = Buffer.from(parsed.data.response.clientDataJSON, 'base64url').toString('utf8');
  const collected = clientData.safeParse(parseJson(told));
  // Nobody shows our pages in a frame (WebAuthn L3 7.2, step 12).
  if (!collected.success || collected.data.crossOrigin === true) return undefined;
  return { challenge: collected.data.challenge, response: parsed.data };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Checks a signature (WebAuthn L3 7.2): type, challenge, origin, rpId, presence and verification of the person, and that the key
 * is what it was when it was made. Undefined when anything of that is wrong. The count is for the store to judge.
 */
export async function checkAssertion(
  { rpId, origin }: RelyingParty,
  { challenge, response }: Answer<AuthenticationResponseLike>,
  key: { credential_id: string; public_key: Buffer; backup_eligible: boolean },
): Promise<Signed | undefined> {
  const { verifyAuthenticationResponse } = await webauthn();
  const checked = await verifyAuthenticationResponse({
    response: { ...response, clientExtensionResults: {} } as AuthenticationResponseJSON, // null for "no handle" is fine
    expectedChallenge: challenge,
    expectedOrigin: origin,
    expectedRPID: rpId,
    credential: { id: key.credential_id, publicKey: new Uint8Array(key.public_key), counter: 0 },
    requireUserVerification: true,
  }).catch(() => undefined); // whatever cannot be read, or is not as it must be, is thrown
  if (!checked?.verified) return undefined;
  const { newCounter, credentialDeviceType, credentialBackedUp } = checked.authenticationInfo;
  const backupEligible = credentialDeviceType === 'multiDevice';
  // It is a property of the key and never changes (WebAuthn L3 7.2, step 20).
  if (backupEligible !== key.backup_eligible) return undefined;
  return { signCount: newCounter, backupEligible, backedUp: credentialBackedUp };
}

/** What `checkAssertion` reads. */
type AuthenticationResponseLike = z.infer<typeof assertion>;

/**
 * Checks a new passkey (WebAuthn L3 7.1), as `checkAssertion` does. We ask for no attestation: an answer that brings a
 * certificate is refused unread, for nobody here would know whom to trust, or where its revocation is asked for. Unless somebody
 * was `asked`, nobody need be present: it proves nobody, either.
 */
export async function checkCreation(
  { rpId, origin }: RelyingParty,
  { challenge, response }: Answer<z.infer<typeof creation>>,
  asked = true,
): Promise<Omit<NewPasskey, 'userHandle'> | undefined> {
  const { verifyRegistrationResponse } = await webauthn();
  const { decodeAttestationObject } = await webauthnHelpers();
  try {
    const attestation = new Uint8Array(Buffer.from(response.response.attestationObject, 'base64url'));
    if (hasCertificate(decodeAttestationObject(attestation))) return undefined;
    const checked = await verifyRegistrationResponse({
      response: { ...response, clientExtensionResults: {} },
      expectedChallenge: challenge,
      expectedOrigin: origin,
      expectedRPID: rpId,
      requireUserPresence: asked,
      requireUserVerification: asked,
      supportedAlgorithmIDs: ALGORITHMS,
    });
    if (!checked.verified) return undefined;
    const { credential, aaguid, credentialDeviceType, credentialBackedUp } = checked.registrationInfo;
    // Which id is signed for decides, not which one stands beside it.
    if (credential.id !== response.id) return undefined;
    return {
      credentialId: credential.id,
      publicKey: Buffer.from(credential.publicKey).toString('base64url'),
      signCount: credential.counter,
      aaguid,
      transports: response.response.transports ?? [],
      backupEligible: credentialDeviceType === 'multiDevice',
      backedUp: credentialBackedUp,
    };
  } catch {
    // Whatever cannot be read, or is not as it must be, is thrown.
    return undefined;
  }
}

function hasCertificate(decoded: AttestationObject): boolean {
  const format = decoded.get('fmt');
  return (format !== 'none' && format !== 'packed') || decoded.get('attStmt').get('x5c') !== undefined;
}
