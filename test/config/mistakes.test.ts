import { describe, expect, it } from '@jest/globals';
import { corpus } from './corpus.ts';
import { load, mistakesOf } from './world.ts';

const GOOD = 'issuer: http://localhost:3000\nmode: development\n';

describe('the places and rules of mistakes', () => {
  it('are known of a hundred broken configurations', () => {
    expect(corpus.length).toBeGreaterThanOrEqual(100);
  });

  it.each(corpus)('finds $what', async ({ config, mistakes, warnings }) => {
    const loaded = await load(config);
    const found = loaded.ok ? loaded.warnings : loaded.mistakes;
    const expected = loaded.ok ? warnings : mistakes;
    expect(loaded.ok).toBe(mistakes.length === 0);
    expect(found.map(({ line, column, rule }) => `${line}:${column} ${rule}`)).toEqual(expected);
    for (const { rule, docs } of found) expect(docs).toBe(`docs/config-rules.md#${rule}`);
  });
});

describe('mistakes', () => {
  it('are reported all at once, in the order of the file', async () => {
    const text = await mistakesOf('mode: dev\nissuer: http://localhost:3000/x\nhttp: { prot: 1 }\nclients:\n  - {}\n');
    expect(text.split('\n').map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
      'config/gatehouse.yaml:1:7 wrong_value',
      'config/gatehouse.yaml:3:9 unknown_key',
      'config/gatehouse.yaml:5:5 missing_key',
    ]);
  });

  it('say what was found, what is accepted and what was probably meant', async () => {
    expect(await mistakesOf(`${GOOD}signup: { allow: domain }\n`)).toBe(
      'config/gatehouse.yaml:3:18 wrong_value signup.allow: found "domain"; accepted: open, domains, invite or closed; did you mean domains?',
    );
  });

  it.each([
    ['isuer: x', 'issuer'],
    ['encryption-key: x', 'encryption_key'],
    ['upstream: []', 'upstreams'],
    ['resorces: []', 'resources'],
    ['brnad: {}', 'brand'],
    ['Mode: development', 'mode'],
  ])('suggest the key that %s was meant to be', async (line, key) => {
    expect(await mistakesOf(`${GOOD}${line}\n`)).toContain(`did you mean ${key}?`);
  });

  it('list the keys there are for one that resembles none, and only then', async () => {
    const far = await mistakesOf(`${GOOD}kubernetes: {}\n`);
    expect(far).not.toContain('did you mean');
    expect(far).toContain('accepted: ');
    expect(await mistakesOf(`${GOOD}isuer: x\n`)).not.toContain('accepted: ');
  });

  it('suggest the keys of the very section, and of a client those of the protocol', async () => {
    expect(await mistakesOf(`${GOOD}http:\n  trustedhops: 1\n`)).toContain('did you mean trusted_hops?');
    const client = 'clients:\n  - client_id: wiki\n    type: spa\n    redirect_uris: ["https://a.example/"]\n';
    expect(await mistakesOf(`${GOOD}${client}    grant_type: []\n`)).toContain('did you mean grant_types?');
  });

  it('tell how to write what YAML reads as another type', async () => {
    expect(await mistakesOf(`${GOOD}limits: { enabled: yes }\n`)).toContain('did you mean true?');
    expect(await mistakesOf(`${GOOD}clients:\n  - client_id: 12345\n`)).toContain('did you mean "12345", in quotes?');
  });

  it('name each development convenience of a public issuer, and one block that switches all off', async () => {
    const config = 'issuer: https://id.acme.example\nmode: development\n';
    const text = await mistakesOf(config);
    expect(text).toBe(
      'config/gatehouse.yaml:1:1 development_convenience development: development.simulator, development.demo, ' +
        'development.mailbox, development.generated_keys are for a loopback issuer only; accepted: ' +
        'development: { simulator: false, demo: false, mailbox: false, generated_keys: false }',
    );
    const block = text.split('accepted: ')[1] ?? '';
    expect(await mistakesOf(`${config}${block}\n`)).not.toContain('development_convenience');
  });

  it('say once why production is asked of a file that names no mode', async () => {
    const why = 'mode is production because the file does not say mode: development';
    const text = await mistakesOf('issuer: http://localhost:3000\nlimits: { enabled: false }\n');
    expect(text.split(why)).toHaveLength(2);
    expect(text.split('\n')[0]).toContain(why);
    expect(await mistakesOf('issuer: http://localhost:3000\nmode: production\n')).not.toContain(why);
  });

  it('show the whole key that stands twice, and where it stands already', async () => {
    expect(await mistakesOf(`${GOOD}http:\n  trusted_hops: 1\n  trusted_hops: 2\n`)).toBe(
      'config/gatehouse.yaml:5:3 duplicate_key http.trusted_hops: this key stands on line 4 already',
    );
  });

  const wiki = 'clients:\n  - client_id: wiki\n';
  const withSecret = '    client_secret: secret-of-the-wiki-0123456789\n';
  const uris = '    redirect_uris: ["https://a.example/cb"]\n';
  const hybrid = 'protocol: { response_types: [code, code token, code id_token] }\n';

  it.each([
    [
      withSecret,
      'redirect_uris: this client needs redirect_uris; accepted: a list such as [https://app.acme.example/callback]',
    ],
    [uris, 'client_secret: this client needs client_secret; accepted: a random text of 22 characters or more'],
    [
      `${withSecret}${uris}    subject_type: secret\n`,
      'subject_type: subject_type cannot be this; found "secret"; accepted: public',
    ],
    [
      `${withSecret}${uris}    grant_types: [password]\n`,
      'grant_types: grant_types cannot be this; found a list; accepted: ',
    ],
    [
      `${withSecret}${uris}    require_auth_time: 1\n`,
      'require_auth_time: require_auth_time cannot be this; found 1; accepted: true or false',
    ],
    [`${withSecret}${uris}    contacts: help\n`, 'contacts: contacts cannot be this; found "help"; accepted: a list'],
    [
      `${withSecret}${uris}    default_max_age: -1\n`,
      'default_max_age: default_max_age cannot be this; found -1; accepted: a whole number from 0 on',
    ],
    [`${uris}    token_endpoint_auth_method: private_key_jwt\n`, 'jwks: what this client uses needs its public keys'],
    [`${withSecret}${uris}    response_types: [token]\n`, 'response_types: response_types cannot be this'],
    [`${withSecret}${uris}    jwks: { keys: [1] }\n`, 'jwks: this is no set of public keys'],
    [
      `${withSecret}${uris}    scope: openid read\n`,
      'scope: scope names a scope that is not served here; found "openid read"; accepted: ',
    ],
    [
      `${withSecret}${uris}    dpop_bound_access_tokens: true\n    response_types: [code token]\n${hybrid}`,
      'response_types: a token in an address is bound to nothing',
    ],
    [
      `${withSecret}    redirect_uris: [http://127.0.0.1:8080/cb]\n    response_types: [code id_token]\n    grant_types: [authorization_code, implicit]\n${hybrid}`,
      'redirect_uris: tokens in an address go to https alone, and not to localhost; found a list; accepted: https redirect URIs',
    ],
    [
      `    type: spa\n${uris}    exchange: { from: [a], to: [b] }\nprotocol: { token_exchange: true }\n`,
      'exchange: an app that cannot keep a secret exchanges no tokens; found a mapping; accepted: type: service or web',
    ],
    [
      `${withSecret}${uris}    exchange: { from: [a] }\nprotocol: { token_exchange: true }\n`,
      'exchange: exchange cannot be this; found a mapping; accepted: { from: [',
    ],
  ])('say in our words what the protocol engine refuses of a client: %j', async (lines, words) => {
    const text = await mistakesOf(`${GOOD}${wiki}${lines}`);
    expect(text).toContain(`clients[0].${words}`);
    expect(text).not.toMatch(/mandatory|must |members/);
  });

  it('show a secret neither where it stands in the file nor where it came by substitution', async () => {
    const secret = 'hunter2-hunter2-hunter2';
    const text = await mistakesOf(
      `${GOOD}encryption_key: ${secret}\nsubject_salt: "\${SALT}"\nmail: { smtp: "\${SMTP}" }\ndatabase: { url: ${secret} }\n` +
        `clients:\n  - client_id: \${ID}\n    client_secret: [${secret}]\nbrand: { accent: "\${file:accent}" }\n`,
      { SALT: `s${secret}`, SMTP: `ftp://u:${secret}@h`, ID: `with blanks ${secret}` },
      { 'config/accent': secret },
    );
    expect(text.split('\n').length).toBeGreaterThanOrEqual(7);
    expect(text).not.toContain('hunter2');
    expect(text).toContain('found the value of ${SALT}');
  });

  it('name the file that is missing', async () => {
    expect(await mistakesOf(GOOD, { GATEHOUSE_CONFIG: 'config/other.yaml' })).toBe(
      'config/other.yaml missing_file: the file cannot be read (ENOENT)',
    );
  });
});
