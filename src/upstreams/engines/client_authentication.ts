import { createPrivateKey, type KeyObject } from 'node:crypto';
import { SignJWT, importPKCS8, type JWTPayload } from 'jose';
import * as client from 'openid-client';
import { epochSeconds } from '../../kit/clock.ts';
import type { UpstreamDefinition } from '../definition.ts';
import type { TokenAuth } from '../preset.ts';

const SECRET_SECONDS = 300;

type Method = (definition: UpstreamDefinition, tokenEndpoint: string) => client.ClientAuth | Promise<client.ClientAuth>;

/** Each way of proving to a token endpoint who we are. */
const methods: Record<TokenAuth, Method> = {
  client_secret_post: ({ client_secret: secret }) => client.ClientSecretPost(secret),
  client_secret_basic: ({ client_secret: secret }) => client.ClientSecretBasic(secret),
  client_secret_jwt: (definition, endpoint) =>
    client.ClientSecretJwt(definition.client_secret, assertionOptions(definition, endpoint)),
  private_key_jwt: async (definition, endpoint) => {
    const key = createPrivateKey(definition.private_key ?? '');
    const signing = await importPKCS8(pemOf(key), algorithmOf(key, definition.assertion?.rsa_alg));
    return client.PrivateKeyJwt({ key: signing, kid: definition.key_id }, assertionOptions(definition, endpoint));
  },
  signed_secret: async (definition) => client.ClientSecretPost(await signSecret(definition)),
  none: () => client.None(),
};

/** Says who asks, as this upstream wants to hear it: in the fields or the headers of a request to one of its endpoints. */
export async function authenticate(
  definition: UpstreamDefinition,
  endpoint: string,
  fields: URLSearchParams,
  headers: Headers,
): Promise<void> {
  const { issuer, client_id, token_auth } = definition;
  const say = await methods[token_auth](definition, endpoint);
  // Its type says nothing of those that sign, and they do so asynchronously.
  const done: unknown = say({ issuer }, { client_id }, fields, headers);
  await done;
}

/**
 * A client secret that lives for five minutes, signed with ES256.
 * https://developer.apple.com/documentation/accountorganizationaldatasharing/creating-a-client-secret
 */
export async function signSecret(definition: UpstreamDefinition): Promise<string> {
  const { client_id, team_id = '', key_id, private_key = '', issuer } = definition;
  const now = epochSeconds();
  const secret = new SignJWT({ iss: team_id, sub: client_id, aud: issuer, iat: now, exp: now + SECRET_SECONDS });
  return secret.setProtectedHeader({ alg: 'ES256', kid: key_id }).sign(createPrivateKey(private_key));
}

/** OIDC Core 9 as it is, unless the preset says how the upstream wants it. */
function assertionOptions({ assertion }: UpstreamDefinition, tokenEndpoint: string): client.ModifyAssertionOptions {
  if (!assertion) return {};
  return {
    [client.modifyAssertion](header: Record<string, unknown>, payload: JWTPayload) {
      payload.aud = tokenEndpoint;
      header[assertion.key_id_as] = header['kid'];
      delete header['kid'];
    },
  };
}

function pemOf(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function algorithmOf(key: KeyObject, rsa = 'RS256'): string {
  if (key.asymmetricKeyType === 'rsa') return rsa;
  return key.asymmetricKeyType === 'ed25519' ? 'Ed25519' : 'ES256';
}
