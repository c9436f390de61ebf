import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { formatMistakes, loadConfig } from '../../src/config/index.ts';
import type { Condition } from '../../src/upstreams/mapping/conditions.ts';
import type { Mapping } from '../../src/upstreams/mapping/mapping.ts';
import { pathsOfRule } from '../../src/upstreams/mapping/rules.ts';
import { presetNames, presets, type PresetName } from '../../src/upstreams/presets/all.ts';
import { folderWith } from '../config/world.ts';

const file = new URL('../../docs/upstreams.md', import.meta.url);
const [START, END] = ['UPDATE_DOCS=1 writes it anew -->\n', '<!-- end -->'];
const page = readFileSync(file, 'utf8');
const examples = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, example]) => example ?? '');
const code = (text: unknown) => `\`${String(text)}\``;

function inWords({ exists, true: flag, equals, suffix, domain_equals: domain, all, any, not }: Condition): string {
  if (exists) return `${code(exists)} is there`;
  if (flag) return `${code(flag)} is true`;
  if (equals) return `${code(equals[0])} is ${code(equals[1])}`;
  if (suffix) return `${code(suffix[0])} ends in ${code(suffix[1])}`;
  if (domain) return `the domain of ${code(domain[0])} is ${code(domain[1])}`;
  if (not) return `not ${inWords(not)}`;
  return (all ?? any ?? []).map(inWords).join(all ? ' and ' : ' or ');
}

function trustOf({ email_trust: { default: level, rules } }: Mapping): string {
  return [...rules.map(({ when, then }) => `${then} when ${inWords(when)}`), level].join('; else ');
}

function readsOf({ subject, claims, extra }: Mapping): string {
  const rules = Object.entries({ subject, ...claims, ...extra });
  return rules.map(([name, rule]) => `${name}: ${pathsOfRule(rule).map(code).join(' ')}`).join('<br>');
}

function rowOf(name: PresetName): string {
  const { protocol, scopes, mapping, self_managed: own } = presets[name];
  const asks =
    scopes.length > 0 ? scopes.map(code).join(' ') : name === 'oauth2' ? 'what you say' : 'what its console says';
  const trust = `${trustOf(mapping)}${own?.mapping ? `<br>of your own: ${trustOf(own.mapping)}` : ''}`;
  const protocolName = { oidc: 'OpenID Connect', oauth2: 'OAuth 2' }[protocol];
  return `| ${code(name)} | ${protocolName} | ${asks} | ${name === 'oauth2' ? 'what you say' : readsOf(mapping)} | ${trust} |`;
}

function sourceOf(name: PresetName): string {
  const { checked, date, urls } = presets[name].source;
  return `| ${code(name)} | ${checked} | ${date} | ${urls.map((url) => `<${url}>`).join('<br>')} |`;
}

const table = [
  '',
  '| preset | protocol | asks for | reads | an address is |',
  '|---|---|---|---|---|',
  ...presetNames.map(rowOf),
  '',
  '| preset | checked against | as of | source |',
  '|---|---|---|---|',
  ...presetNames.map(sourceOf),
  '',
  '',
].join('\n');

describe('docs/upstreams.md', () => {
  it('has the tables of the presets', () => {
    const [before = '', rest = ''] = page.split(START);
    const after = rest.slice(rest.indexOf(END));
    const right = `${before}${START}${table}${after}`;
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(file, right);
    expect(readFileSync(file, 'utf8')).toBe(right);
  });

  it.each(examples)('has examples that the config check accepts: %#', async (example) => {
    const p8 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' });
    const secrets = Object.fromEntries(
      [...example.matchAll(/\/run\/secrets\/([\w.]+)/g)].map(([, name]) => [name ?? '', p8.toString()]),
    );
    const text = example.replaceAll('/run/secrets/', '');
    const folder = folderWith({
      'gatehouse.yaml': `issuer: http://localhost:3000\nmode: development\n${text}`,
      ...secrets,
    });
    const names = [...example.matchAll(/\$\{([A-Z_]+)\}/g)].map(([, name]) => [name ?? '', 'x'.repeat(40)]);
    const config = await loadConfig({ GATEHOUSE_CONFIG: 'gatehouse.yaml', ...Object.fromEntries(names) }, folder.path);
    folder.remove();
    expect(config.ok ? '' : formatMistakes(config.mistakes)).toBe('');
    expect(config).toMatchObject({ warnings: [] });
  });
});
