import { describe, expect, it } from '@jest/globals';
import { mistakesOf, placesOf, settingsOf } from './world.ts';

const GOOD = 'issuer: http://localhost:3000\nmode: development\n';
const withSecret = (scalar: string) =>
  `${GOOD}upstreams:\n  - id: google\n    preset: google\n    client_id: abc\n    client_secret: ${scalar}\n`;
const secretOf = async (scalar: string, variables: NodeJS.ProcessEnv = {}, files: Record<string, string> = {}) =>
  (await settingsOf(withSecret(scalar), variables, files)).settings.upstreams[0]?.client_secret;

describe('substitution', () => {
  it.each([
    ['a colon and a hash', 'a: b # c'],
    ['braces and brackets', '{ x: [1, 2] }'],
    ['quotes and backslashes', `"it's" \\n \\`],
    ['line breaks', 'one\ntwo\n- three: 3'],
    ['an anchor, an alias and a tag', '&a *a !!str'],
    ['another placeholder', '${HOME} ${file:/etc/passwd}'],
    ['what YAML takes for a number', '0123456789'],
    ['what YAML takes for a boolean', 'true'],
    ['a document marker', '---\nissuer: https://evil.example'],
  ])('keeps a secret with %s as it is', async (_what, secret) => {
    expect(await secretOf('${SECRET}', { SECRET: secret })).toBe(secret);
    expect(await secretOf('"${SECRET}"', { SECRET: secret })).toBe(secret);
    expect(await secretOf('${file:secret}', {}, { 'config/secret': secret })).toBe(secret);
  });

  it('takes away exactly one newline at the end of a file', async () => {
    expect(await secretOf('${file:secret}', {}, { 'config/secret': 'abc\n' })).toBe('abc');
    expect(await secretOf('${file:secret}', {}, { 'config/secret': 'abc\r\n' })).toBe('abc');
    expect(await secretOf('${file:secret}', {}, { 'config/secret': ' abc\n\n' })).toBe(' abc\n');
  });

  it('falls back to the default when the variable is absent or empty', async () => {
    expect(await secretOf('${SECRET:-fallback}')).toBe('fallback');
    expect(await secretOf('${SECRET:-fallback}', { SECRET: '' })).toBe('fallback');
    expect(await secretOf('${SECRET:-fallback}', { SECRET: 'set' })).toBe('set');
  });

  it('joins several placeholders and text in one value', async () => {
    expect(await secretOf('a-${ONE}-${TWO:-2}-z', { ONE: '1' })).toBe('a-1-2-z');
  });

  it('gives numbers and booleans where the schema wants them', async () => {
    const { settings } = await settingsOf(
      `${GOOD}http:\n  port: \${P:-3000}\n  trusted_hops: "\${HOPS}"\nlimits: { enabled: "\${LIMITS}" }\npasswords: { min_length: "\${LENGTH}" }\n`,
      { HOPS: '2', LIMITS: 'false', LENGTH: '20' },
    );
    expect(settings.http).toMatchObject({ port: 3000, trusted_hops: 2 });
    expect(settings.limits.enabled).toBe(false);
    expect(settings.passwords.min_length).toBe(20);
  });

  it('never makes a list or mapping out of a value', async () => {
    expect(await placesOf(`${GOOD}clients: \${CLIENTS}\n`, { CLIENTS: '[{ client_id: a }]' })).toEqual([
      '3:10 wrong_type',
    ]);
  });

  it('does not touch keys', async () => {
    expect(await placesOf(`${GOOD}"\${KEY}": 1\n`, { KEY: 'signup' })).toEqual(['3:1 unknown_key']);
  });

  it('names the variable that is missing or empty, and complains about nothing that follows from it', async () => {
    const config = `issuer: \${ISSUER_URL}\nmode: development\nmail: { smtp: "\${SMTP}" }\n`;
    expect(await mistakesOf(config, { SMTP: '' })).toBe(
      'config/gatehouse.yaml:1:9 missing_variable issuer: the environment variable ISSUER_URL is not set; set it, or write ${ISSUER_URL:-default}\n' +
        'config/gatehouse.yaml:3:15 missing_variable mail.smtp: the environment variable SMTP is empty; set it, or write ${SMTP:-default}',
    );
  });

  it('names the file that is missing', async () => {
    expect(await mistakesOf(withSecret('${file:/no/such/file}'))).toContain(
      '7:20 missing_file upstreams[0].client_secret: the file /no/such/file does not exist',
    );
  });

  it.each(['${}', '${A B}', '${A:default}', '${A', '${A:-${B}}', '${1A}'])('refuses %s', async (placeholder) => {
    expect(await mistakesOf(withSecret(`'${placeholder}'`), { A: 'a', B: 'b' })).toContain(
      '7:20 malformed_substitution',
    );
  });

  it.each([
    ['{ port: ${PORT} }', '3:15'],
    ['{ port: ${PORT:-3000}, host: 127.0.0.1 }', '3:15'],
    ['[ ${A} ]', '3:9'],
    ['{ host: x${A} }', '3:16'],
  ])('says that a placeholder in http: %s has to be quoted', async (flow, place) => {
    const text = await mistakesOf(`${GOOD}http: ${flow}\n`, { PORT: '1', A: 'a' });
    expect(text).toContain(
      `config/gatehouse.yaml:${place} unquoted_substitution: a \${…} inside { } or [ ] must be quoted`,
    );
    expect(text.match(/unquoted_substitution/g)).toHaveLength(1);
    expect(text).not.toContain('yaml_syntax');
  });

  it('answers for a file that begins with a placeholder and is no YAML', async () => {
    expect(await mistakesOf('${A\n  B}: { x:\n')).toContain('yaml_syntax');
  });

  it('goes on with the rest of a file in which placeholders have to be quoted', async () => {
    const text = await mistakesOf(
      `${GOOD}signpu: {}\nupstreams:\n  - { id: google, preset: goggle, client_id: \${ID:-\${OTHER}}, client_secret: \${S} }\n  - { id: x, preset: google, client_id: [\${A\n`,
    );
    expect(text.split('\n').map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
      'config/gatehouse.yaml:5:46 unquoted_substitution:',
      'config/gatehouse.yaml:5:78 unquoted_substitution:',
      'config/gatehouse.yaml:6:42 unquoted_substitution:',
      expect.stringContaining(' yaml_syntax'),
    ]);
    const closed = await mistakesOf(
      `${GOOD}signpu: {}\nupstreams:\n  - { id: google, preset: goggle, client_id: \${ID}, client_secret: \${S} }\n`,
    );
    expect(closed.split('\n').map((line) => line.split(' ').slice(0, 3).join(' '))).toEqual([
      'config/gatehouse.yaml:3:1 unknown_key signpu:',
      'config/gatehouse.yaml:5:27 wrong_value upstreams[0].preset:',
      'config/gatehouse.yaml:5:46 unquoted_substitution: a',
      'config/gatehouse.yaml:5:68 unquoted_substitution: a',
    ]);
  });
});
