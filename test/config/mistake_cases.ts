import { KEY } from './world.ts';

/** The least that is right in development mode. */
export const GOOD = 'issuer: http://localhost:3000\nmode: development\n';
const PRODUCTION = `issuer: https://id.acme.example\nmode: production\nencryption_key: ${KEY}\nsubject_salt: ${KEY}\nmail:\n  smtp: smtp://localhost\n`;

/** A wrong configuration and the `line:column rule` of each of its mistakes. */
export interface Case {
  what: string;
  config: string;
  expected: string[];
}

export const cases: Case[] = [
  { what: 'a misspelt key', config: `${GOOD}signpu: { allow: open }\n`, expected: ['3:1 unknown_key'] },
  { what: 'a misspelt key with nothing behind it', config: `${GOOD}clinets:\n`, expected: ['3:1 unknown_key'] },
  { what: 'a key that is there twice', config: `${GOOD}mode: production\n`, expected: ['3:1 duplicate_key'] },
  {
    what: 'a key that is there twice in braces and in another spelling',
    config: `${GOOD}signup: { allow: open, "allow": closed }\n`,
    expected: ['3:24 duplicate_key'],
  },
  {
    what: 'an empty file',
    config: '',
    expected: ['1:1 missing_key', '1:1 missing_key', '1:1 missing_key', '1:1 missing_key'],
  },
  { what: 'a list instead of keys', config: '- issuer\n', expected: ['1:1 wrong_type'] },
  { what: 'a sentence instead of keys', config: 'hello\n', expected: ['1:1 wrong_type'] },
  { what: 'text where a number belongs', config: `${GOOD}http:\n  port: many\n`, expected: ['4:9 wrong_type'] },
  { what: 'a number out of range', config: `${GOOD}http: { port: 70000 }\n`, expected: ['3:15 wrong_value'] },
  {
    what: 'a number where text belongs',
    config: `${GOOD}upstreams:\n  - { id: google, preset: google, client_id: 123 }\n`,
    expected: ['4:46 wrong_type'],
  },
  { what: 'text where a list belongs', config: `${GOOD}clients: wiki\n`, expected: ['3:10 wrong_type'] },
  { what: 'an unknown word', config: `${GOOD}signup: { allow: anybody }\n`, expected: ['3:18 wrong_value'] },
  {
    what: 'a tab as indentation',
    config: 'issuer: http://localhost:3000\nhttp:\n\tport: 1\n',
    expected: ['3:1 yaml_syntax'],
  },
  { what: 'a second document', config: `${GOOD}---\nmode: production\n`, expected: ['3:1 yaml_syntax'] },
  { what: 'an alias', config: `${GOOD}signup: &a\n  allow: open\nhttp: *a\n`, expected: ['5:7 yaml_alias'] },
  { what: 'a tag', config: `${GOOD}signup: !policy { allow: open }\n`, expected: ['3:9 yaml_tag'] },
  {
    what: 'a key that reaches for the prototype',
    config: `${GOOD}__proto__: { mode: x }\n`,
    expected: ['3:1 unknown_key'],
  },
  { what: 'an issuer that is no URL', config: 'issuer: localhost\nmode: development\n', expected: ['1:9 issuer_url'] },
  {
    what: 'an issuer with a path',
    config: 'issuer: http://localhost:3000/id\nmode: development\n',
    expected: ['1:9 issuer_path'],
  },
  {
    what: 'an issuer with a trailing slash',
    config: 'issuer: http://localhost:3000/\nmode: development\n',
    expected: ['1:9 issuer_trailing_slash'],
  },
  {
    what: 'an issuer with a query',
    config: 'issuer: http://localhost:3000?a=1\nmode: development\n',
    expected: ['1:9 issuer_query'],
  },
  {
    what: 'an issuer with a fragment',
    config: 'issuer: "http://localhost:3000#a"\nmode: development\n',
    expected: ['1:9 issuer_fragment'],
  },
  {
    what: 'an issuer with a password',
    config: 'issuer: http://a:b@localhost:3000\nmode: development\n',
    expected: ['1:9 issuer_credentials'],
  },
  {
    what: 'an issuer with capitals',
    config: 'issuer: http://LocalHost:3000\nmode: development\n',
    expected: ['1:9 issuer_spelling'],
  },
  {
    what: 'an issuer with the default port',
    config: PRODUCTION.replace('acme.example', 'acme.example:443'),
    expected: ['1:9 issuer_spelling'],
  },
  {
    what: 'an http issuer in production',
    config: PRODUCTION.replace('https:', 'http:'),
    expected: ['1:9 issuer_http_in_production'],
  },
  {
    what: 'an http loopback issuer in production',
    config: PRODUCTION.replace('https://id.acme.example', 'http://localhost:3000'),
    expected: ['1:9 issuer_http_in_production'],
  },
  {
    what: 'development on a public issuer',
    config: 'issuer: https://id.acme.example\nmode: development\n',
    expected: ['1:1 development_convenience'],
  },
  {
    what: 'an http issuer for others in development',
    config: `issuer: http://id.acme.example\nmode: development\nencryption_key: ${KEY}\nsubject_salt: ${KEY}\nmail: { smtp: "smtp://localhost" }\ndevelopment: { simulator: false, demo: false, mailbox: false, generated_keys: false }\n`,
    expected: ['1:9 issuer_http'],
  },
  {
    what: 'the demo app in production',
    config: `${PRODUCTION}development:\n  demo: true\n`,
    expected: ['8:9 development_convenience'],
  },
  {
    what: 'production without keys',
    config: 'issuer: https://id.acme.example\nmail: { smtp: "smtp://localhost" }\n',
    expected: ['1:1 missing_key', '1:1 missing_key'],
  },
  {
    what: 'production without a mail server',
    config: PRODUCTION.replace('smtp:', 'from: a@acme.example #'),
    expected: ['5:1 missing_key'],
  },
  {
    what: 'development without mailbox and mail server',
    config: `${GOOD}development: { mailbox: false }\n`,
    expected: ['1:1 missing_key'],
  },
  {
    what: 'a key of 31 bytes',
    config: `${GOOD}encryption_key: ${Buffer.alloc(31).toString('base64')}\n`,
    expected: ['3:17 bad_key'],
  },
  {
    what: 'a key that is not base64',
    config: `${GOOD}subject_salt: "${'!'.repeat(43)}"\n`,
    expected: ['3:15 bad_key'],
  },
  {
    what: 'one bad key in a list',
    config: `${GOOD}encryption_key:\n  - ${KEY}\n  - short\n`,
    expected: ['5:5 bad_key'],
  },
  {
    what: 'limits switched off in production',
    config: `${PRODUCTION}limits: { enabled: false }\n`,
    expected: ['7:20 limits_off'],
  },
  { what: 'domains that are missing', config: `${GOOD}signup: { allow: domains }\n`, expected: ['3:1 missing_key'] },
  {
    what: 'domains that restrict nothing',
    config: `${GOOD}signup:\n  domains: [acme.example]\n`,
    expected: ['4:12 unused_domains'],
  },
  {
    what: 'terms that nobody can read',
    config: `${GOOD}signup:\n  terms: { version: 2026-11 }\n`,
    expected: ['4:10 missing_key'],
  },
  {
    what: 'a network that is none',
    config: `${GOOD}outbound:\n  allow: [10.0.0.0/8, 10.0.0.1]\n`,
    expected: ['4:23 wrong_value'],
  },
  {
    what: 'a picture that is not there',
    config: `${GOOD}brand: { logo: ./none.svg }\n`,
    expected: ['3:16 missing_file'],
  },
  {
    what: 'a database of places that is not there',
    config: `${GOOD}places: { database: ./none.mmdb }\n`,
    expected: ['3:21 missing_file'],
  },
  {
    what: 'two clients with one id',
    config: `${GOOD}clients:\n  - { client_id: wiki, type: service, client_secret: abc }\n  - { client_id: wiki, type: service, client_secret: abc }\n`,
    expected: ['5:18 duplicate_id'],
  },
  {
    what: 'a reserved client id',
    config: `${GOOD}clients:\n  - client_id: gatehouse-demo\n    type: spa\n    redirect_uris: ["https://a.example/cb"]\n`,
    expected: ['4:16 reserved_id'],
  },
  {
    what: 'two upstreams with one id',
    config: `${GOOD}upstreams:\n  - { id: google, preset: google }\n  - { id: google, preset: google }\n`,
    expected: ['5:11 duplicate_id'],
  },
  {
    what: 'a reserved upstream id',
    config: `${GOOD}upstreams:\n  - { id: gatehouse-x, preset: google }\n`,
    expected: ['4:11 reserved_id'],
  },
  {
    what: 'an upstream under the name of our own passwords',
    config: `${GOOD}upstreams:\n  - { id: local, preset: google }\n`,
    expected: ['4:11 reserved_id'],
  },
  {
    what: 'a client that takes an upstream which is not there',
    config: `${GOOD}upstreams:\n  - { id: google, preset: google }\nclients:\n  - { client_id: wiki, type: spa, redirect_uris: ["https://a.example/cb"], upstreams: [google, gogle, local] }\n`,
    expected: ['6:96 unknown_upstream'],
  },
  {
    what: 'a client that takes nobody',
    config: `${GOOD}clients:\n  - { client_id: wiki, type: spa, redirect_uris: ["https://a.example/cb"], upstreams: [] }\n`,
    expected: ['4:87 wrong_value'],
  },
  {
    what: 'one domain at two upstreams, however it is spelt',
    config: `${GOOD}upstreams:\n  - { id: google, preset: google, domains: [acme.example] }\n  - { id: facebook, preset: facebook, domains: [b.example, ACME.example.] }\n`,
    expected: ['5:48 duplicate_domain'],
  },
  {
    what: 'a domain that is none',
    config: `${GOOD}upstreams:\n  - { id: google, preset: google, domains: ["@acme.example"] }\n`,
    expected: ['4:45 wrong_value'],
  },
  {
    what: 'an upstream in production without credentials',
    config: `${PRODUCTION}upstreams:\n  - { id: google, preset: google }\n`,
    expected: ['8:5 missing_credentials', '8:5 missing_credentials'],
  },
  {
    what: 'an issuer of an upstream over http',
    config: `${GOOD}upstreams:\n  - { id: partner, preset: oidc, client_id: a, client_secret: b, issuer: "http://login.example" }\n`,
    expected: ['4:74 upstream_issuer'],
  },
  {
    what: 'a wildcard redirect URI',
    config: `${GOOD}clients:\n  - client_id: wiki\n    type: spa\n    redirect_uris: ["https://*.acme.example/cb"]\n`,
    expected: ['6:21 uri_wildcard'],
  },
  {
    what: 'an http redirect URI',
    config: `${GOOD}clients:\n  - client_id: wiki\n    type: spa\n    redirect_uris: ["http://acme.example/cb"]\n`,
    expected: ['6:21 insecure_uri'],
  },
  {
    what: 'a misspelt key of a client',
    config: `${GOOD}clients:\n  - client_id: wiki\n    type: spa\n    redirect_uri: https://a.example/\n`,
    expected: ['4:5 client_metadata', '6:5 unknown_key'],
  },
  {
    what: 'a web client without secret',
    config: `${GOOD}clients:\n  - client_id: wiki\n    redirect_uris: ["https://a.example/"]\n`,
    expected: ['4:5 client_metadata'],
  },
  {
    what: 'a secret of a browser app',
    config: `${GOOD}clients:\n  - client_id: wiki\n    type: spa\n    client_secret: abc\n    redirect_uris: ["https://a.example/"]\n`,
    expected: ['6:20 public_client'],
  },
  {
    what: 'a grant type that is not served',
    config: `${GOOD}clients:\n  - client_id: wiki\n    type: spa\n    redirect_uris: ["https://a.example/"]\n    grant_types: [password]\n`,
    expected: ['7:18 client_metadata'],
  },
  {
    what: 'a weak secret in production',
    config: `${PRODUCTION}database: { url: "postgres://h/d" }\nclients:\n  - { client_id: wiki, type: service, client_secret: abc }\n`,
    expected: ['9:54 weak_secret'],
  },
  {
    what: 'a resource without scopes',
    config: `${GOOD}resources:\n  - id: https://api.acme.example\n    scopes: []\n`,
    expected: ['5:13 wrong_value'],
  },
  {
    what: 'two resources with one id',
    config: `${GOOD}resources:\n  - { id: "https://api.acme.example", scopes: [a] }\n  - { id: "https://api.acme.example", scopes: [b] }\n`,
    expected: ['5:11 duplicate_id'],
  },
  {
    what: 'a duration in no unit',
    config: `${GOOD}lifetimes:\n  interaction: 60\n  id_token: 1 week\n`,
    expected: ['4:16 wrong_type', '5:13 wrong_value'],
  },
  {
    what: 'an upstream without issuer',
    config: `${GOOD}upstreams:\n  - { id: partner, preset: oidc, client_id: a, client_secret: b }\n`,
    expected: ['4:5 wrong_value'],
  },
];
