import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { themeTokens } from './theme.ts';

/** The most bytes that a picture of the brand may have: it is served from memory. */
export const LARGEST_PICTURE = 512 * 1024;

// Fixed by the extension, never taken from the file.
const TYPES: Record<string, string> = {
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
};

/** A picture to serve: its bytes and the only type it is served as. */
export interface Picture {
  extension: string;
  type: string;
  body: Buffer;
}

/** Reads a picture of the brand. Throws, naming the path, when it is missing, too large or no picture. */
export function readPicture(path: string): Picture {
  const extension = extname(path).toLowerCase();
  const type = TYPES[extension];
  if (!type) throw new Error(`brand: ${path} is not one of ${Object.keys(TYPES).join(', ')}`);
  const body = readFileSync(path);
  if (body.length > LARGEST_PICTURE) throw new Error(`brand: ${path} is larger than ${LARGEST_PICTURE / 1024} kB`);
  return { extension: extension.slice(1), type, body };
}

/** The icon of the browser's tab: a lintel in the accent over an open door. */
export function mark(accent: string): Picture {
  const { 'fill-edge': lintel } = themeTokens(accent).light;
  const body = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path fill="${lintel}" d="M2 3h28v5H2z"/><path fill="#7d8390" d="M5 11h22v18h-7v-9a4 4 0 0 0-8 0v9H5z"/></svg>`;
  return { extension: 'svg', type: 'image/svg+xml', body: Buffer.from(body) };
}
