import { inSeconds } from '../kit/clock.ts';
import { locales } from '../locales/index.ts';
import type { BrandSettings } from './settings.ts';

const HALF_A_YEAR = 180 * 86_400;

/** The content of /.well-known/security.txt (RFC 9116), or undefined when the brand names no support contact. */
export function securityTxt(deps: { issuer: string; brand: BrandSettings }): string | undefined {
  const { support } = deps.brand;
  if (support === undefined) return undefined;
  return [
    `Contact: ${support.startsWith('https:') ? support : `mailto:${support}`}`,
    `Expires: ${inSeconds(HALF_A_YEAR).toISOString()}`,
    `Preferred-Languages: ${locales.map(({ tag }) => tag).join(', ')}`,
    `Canonical: ${deps.issuer}/.well-known/security.txt`,
    '',
  ].join('\n');
}
