import { exportJWK } from 'jose';
import { makeKey } from '../clients.ts';
import { demand, type Play, type Run } from '../run.ts';
import { expectRefusal } from './expect.ts';
import {
  callResource,
  clientsOf,
  exchangeCode,
  expectTokens,
  fapiHappy,
  push,
  thumbprint,
  upToCode,
  type FapiClient,
} from './flow.ts';
import type { ProofChange } from './proof.ts';

const seconds = (run: Run) => Math.floor(run.stage.now() / 1000);

/** A flow whose every proof is made so. */
const withProofs =
  (change: (run: Run) => ProofChange): Play =>
  async (run) => {
    const { pushed, tokens } = await fapiHappy(run, { exchange: { proof: change(run) } });
    const { status } = await callResource(run, pushed.client, tokens.access_token ?? '', { proof: change(run) });
    run.expect(status === 200, `the resource takes such a proof; it was ${status}`);
  };

/** A code that was bound to one key is redeemed with another one (RFC 9449 10). */
async function foreignKey(
  run: Run,
  bind: (client: FapiClient) => Parameters<typeof upToCode>[1] | Promise<Parameters<typeof upToCode>[1]>,
) {
  const [client] = await clientsOf(run);
  const { pushed, code } = await upToCode(run, await bind(client));
  const answer = await exchangeCode(run, pushed, code, { dpop: await makeKey('ES256') });
  expectRefusal(run, answer, 'invalid_grant', 'invalid_dpop_proof', 'invalid_request');
}

/** One that names another key than the one of its proof. */
async function twoKeysAtPar(run: Run): Promise<void> {
  const dpop_jkt = await thumbprint(await makeKey('ES256'));
  const { answer } = await push(run, { params: { dpop_jkt }, proof: {} });
  expectRefusal(run, answer, 'invalid_request', 'invalid_dpop_proof');
}

interface Attempt {
  says: string;
  change: (run: Run, client: FapiClient) => ProofChange | Promise<ProofChange>;
  /** 'taken' unless it must be refused; 'should' warns only. */
  must: 'refused' | 'taken' | 'should be refused';
}

const refused = (says: string, change: ProofChange): Attempt => ({ says, change: () => change, must: 'refused' });
const claim = (name: string, value: unknown) => ({ claims: { [name]: value } });

/** What a resource must find out about a proof (RFC 9449 4.3, 7). */
const attempts: Attempt[] = [
  refused('typ is missing', { header: { typ: undefined } }),
  refused('typ is another one', { header: { typ: 'jwt' } }),
  refused('jwk is missing', { header: { jwk: undefined } }),
  refused('jti is missing', claim('jti', undefined)),
  refused('htm is missing', claim('htm', undefined)),
  refused('htm is another method', claim('htm', 'PUT')),
  refused('htu is missing', claim('htu', undefined)),
  refused('htu is another URL', claim('htu', 'https://other.example/')),
  refused('iat is missing', claim('iat', undefined)),
  refused('ath is missing', claim('ath', undefined)),
  refused('ath is of another token', claim('ath', 'fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo')),
  refused('nothing is signed', { unsigned: true }),
  {
    says: 'iat is an hour ahead',
    change: (run) => claim('iat', seconds(run) + 3600),
    must: 'refused',
  },
  { says: 'iat is an hour ago', change: (run) => claim('iat', seconds(run) - 3600), must: 'refused' },
  {
    says: 'jwk is not the key that signed',
    change: async () => ({ signedBy: await makeKey('ES256') }),
    must: 'refused',
  },
  {
    says: 'it is of another key than the token',
    async change() {
      const other = await makeKey('ES256');
      const { kty, crv, x, y } = other.jwk;
      return { signedBy: other, header: { jwk: { kty, crv, x, y } } };
    },
    must: 'refused',
  },
  {
    says: 'jwk has the private key',
    change: async (_run, { dpop }) => ({ header: { jwk: await exportJWK(dpop.privateKey) } }),
    must: 'refused',
  },
  {
    says: 'htu has a query and a fragment, which count for nothing',
    change: ({ stage }) => claim('htu', `${String(stage.metadata['userinfo_endpoint'])}?query=1#fragment`),
    must: 'taken',
  },
  {
    says: 'it says more than it needs to',
    change: () => ({ ...claim('extra', '1'), header: { extra: '1' } }),
    must: 'taken',
  },
];

async function negatives(run: Run): Promise<void> {
  const { pushed, tokens } = await fapiHappy(run);
  const { client } = pushed;
  const token = tokens.access_token ?? '';
  for (const { says, change, must } of attempts) {
    const { status } = await callResource(run, client, token, { proof: await change(run, client) });
    if (must === 'taken') run.expect(status === 200, `a proof is taken when ${says}; it was ${status}`);
    else run.expect(status === 400 || status === 401, `a proof is refused when ${says}; it was ${status}`);
  }
  const { status: capitals } = await callResource(run, client, token, { header: 'DPOP' });
  run.expect(capitals === 200, `the name of the header is taken in capitals; it was ${capitals}`, 'WARNING');
  const once = claim('jti', crypto.randomUUID());
  await callResource(run, client, token, { proof: once });
  const { status: replayed } = await callResource(run, client, token, { proof: once });
  run.expect(replayed === 401 || replayed === 400, `a proof is taken once; it was ${replayed}`, 'WARNING');
  const bearer = await run.stage.send(String(run.stage.metadata['userinfo_endpoint']), {
    headers: { authorization: `Bearer ${token}` },
  });
  run.expect(
    bearer.status === 401 || bearer.status === 400,
    `a bound token is no bearer token; it was ${bearer.status}`,
  );
}

async function schemeInAnyCase(run: Run): Promise<void> {
  const { pushed, tokens } = await fapiHappy(run);
  const { status } = await callResource(run, pushed.client, tokens.access_token ?? '', { scheme: 'dpOp' });
  run.expect(status === 200, `the scheme is read in any case (RFC 9110 11.1); it was ${status}`);
}

/** What FAPI 2.0 wants to find in the discovery document. */
async function discovery(run: Run): Promise<void> {
  const { stage, expect } = run;
  const { status, headers, body } = await stage.send(`${stage.issuer}/.well-known/openid-configuration`);
  demand(status === 200, 'the discovery document is there');
  expect(/^application\/json\b/.test(headers['content-type'] ?? ''), 'the discovery document is application/json');
  const metadata: Record<string, unknown> = JSON.parse(body);
  const listed = (name: string) => (Array.isArray(metadata[name]) ? metadata[name].map(String) : []);
  const allowed = ['PS256', 'ES256', 'EdDSA', 'Ed25519'];
  expect(metadata['issuer'] === stage.issuer, 'issuer is the URL before /.well-known');
  for (const name of ['dpop', 'id_token', 'token_endpoint_auth'])
    expect(
      listed(`${name}_signing_alg_values_supported`).some((each) => allowed.includes(each)),
      `${name}_signing_alg_values_supported has PS256, ES256 or EdDSA`,
    );
  expect(
    listed('token_endpoint_auth_methods_supported').includes('private_key_jwt'),
    'clients may use private_key_jwt',
  );
  expect(listed('code_challenge_methods_supported').includes('S256'), 'code_challenge_methods_supported has S256');
  expect(metadata['authorization_response_iss_parameter_supported'] === true, 'answers say their issuer (RFC 9207)');
  for (const name of ['pushed_authorization_request_endpoint', 'token_endpoint', 'jwks_uri'])
    expect(URL.parse(String(metadata[name]))?.protocol === 'https:', `${name} is https`);
}

/** Tokens bound to a key of the client (RFC 9449). */
export const bound: Record<string, Play> = {
  'discovery-end-point-verification': discovery,
  'access-token-type-header-case-sensitivity': schemeInAnyCase,
  'check-dpop-proof-nbf-exp': withProofs((run) => ({ claims: { nbf: seconds(run), exp: seconds(run) + 300 } })),
  'ensure-dpopproof-with-iat-10seconds-before-succeeds': withProofs((run) => claim('iat', seconds(run) - 10)),
  'ensure-dpopproof-with-iat-10seconds-after-succeeds': withProofs((run) => claim('iat', seconds(run) + 10)),
  'ensure-mismatched-dpop-jkt-fails': twoKeysAtPar,
  'ensure-token-endpoint-fails-with-mismatched-dpop-proof-jkt': (run) => foreignKey(run, () => ({ proof: {} })),
  'ensure-token-endpoint-fails-with-mismatched-dpop-jkt': (run) =>
    foreignKey(run, async ({ dpop }) => ({ params: { dpop_jkt: await thumbprint(dpop) } })),
  'ensure-dpopproof-at-par-endpoint-binding-success': (run) => fapiHappy(run, { proof: {} }),
  'ensure-dpop-auth-code-binding-success': async (run) => {
    const [{ dpop }] = await clientsOf(run);
    const { pushed, code } = await upToCode(run, { params: { dpop_jkt: await thumbprint(dpop) } });
    expectTokens(run, await exchangeCode(run, pushed, code));
  },
  'dpop-negative-tests': negatives,
};
