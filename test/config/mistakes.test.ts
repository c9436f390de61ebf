import { describe, expect, it } from '@jest/globals';
import { cases, GOOD } from './mistake_cases.ts';
import { mistakesOf, placesOf } from './world.ts';

describe('the places and rules of mistakes', () => {
  it.each(cases)('finds $what', async ({ config, expected }) => {
    expect((await placesOf(config)).toSorted()).toEqual(expected.toSorted());
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

  it('suggest nothing for a key that resembles none', async () => {
    expect(await mistakesOf(`${GOOD}kubernetes: {}\n`)).not.toContain('did you mean');
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

  it('name each development convenience of a public issuer', async () => {
    const text = await mistakesOf('issuer: https://id.acme.example\nmode: development\n');
    for (const name of ['simulator', 'demo', 'mailbox', 'generated_keys'])
      expect(text).toContain(`development.${name} is for`);
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
