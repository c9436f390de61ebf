import { importSPKI, jwtVerify } from 'jose';
import { epochSeconds } from '../../kit/clock.ts';
import { equalInConstantTime } from '../../kit/random.ts';
import type { SimulatedClient, SimulatedRequest } from './provider.ts';
import type { Shape } from './shape.ts';

/** Apple takes no client secret that lives longer. */
const SIX_MONTHS = 15_777_000;

/** What is wrong with how the app says who it is, or undefined: the right place, the right id, the right secret (RFC 6749 2.3.1). */
export async function clientMistake(
  shape: Pick<Shape, 'client'>,
  { headers }: SimulatedRequest,
  params: URLSearchParams,
  client: SimulatedClient,
): Promise<'client' | 'secret' | undefined> {
  const basic = /^Basic (.+)$/.exec(headers.authorization ?? '')?.[1];
  const isMisplaced = shape.client === 'basic' ? params.has('client_secret') : shape.client !== 'either' && basic;
  if (isMisplaced || (shape.client === 'basic' && !basic)) return 'client';
  const [id = '', secret = ''] = basic
    ? Buffer.from(basic, 'base64').toString('utf8').split(':').map(formDecode)
    : [params.get('client_id') ?? '', params.get('client_secret') ?? ''];
  if (id !== client.id) return 'client';
  const isGood = shape.client === 'es256' ? await isOurs(secret, client) : equalInConstantTime(secret, client.secret);
  return isGood ? undefined : 'secret';
}

/** Apple's client secret: https://developer.apple.com/documentation/accountorganizationaldatasharing/creating-a-client-secret. */
async function isOurs(assertion: string, { id, signing }: SimulatedClient): Promise<boolean> {
  if (!signing) return false;
  try {
    const key = await importSPKI(signing.public_key, 'ES256');
    const expected = {
      algorithms: ['ES256'],
      issuer: signing.team_id,
      subject: id,
      audience: 'https://appleid.apple.com',
    };
    const { payload, protectedHeader } = await jwtVerify(assertion, key, {
      ...expected,
      requiredClaims: ['iat', 'exp'],
    });
    return protectedHeader.kid === signing.key_id && (payload.exp ?? Infinity) - epochSeconds() <= SIX_MONTHS;
  } catch {
    // Whatever is wrong with it, Apple says the same.
    return false;
  }
}

function formDecode(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}
