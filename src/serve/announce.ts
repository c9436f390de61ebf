import { formatMistakes } from '../config/index.ts';
import type { Start } from './start.ts';

/** Says where everything is, once it serves. */
export function announce({ config, out }: Start, { dataFolder, count }: { dataFolder: string; count: number }): void {
  const { settings, file, warnings, overrides } = config;
  const { issuer, development } = settings;
  const lines = [
    { name: 'issuer', value: issuer },
    { name: 'discovery', value: `${issuer}/.well-known/openid-configuration` },
    ...(development.demo ? [{ name: 'demo app', value: `${issuer}/demo` }] : []),
    ...(development.mailbox ? [{ name: 'mailbox', value: `${issuer}/mailbox` }] : []),
    { name: 'config file', value: file },
    { name: 'data folder', value: dataFolder },
    ...(count > 1 ? [{ name: 'processes', value: String(count) }] : []),
  ];
  if (warnings.length > 0) out.write(`${formatMistakes(warnings)}\n`);
  for (const override of overrides) out.write(`${override}\n`);
  const list = lines.map(({ name, value }) => `  ${name.padEnd(12)} ${value}\n`).join('');
  out.write(`\nGatehouse is ready\n\n${list}\nStop it with Ctrl-C.\n`);
}
