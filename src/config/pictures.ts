import { accessSync, constants } from 'node:fs';
import { resolve } from 'node:path';
import type { BrandSettings } from '../web/index.ts';
import type { Finding } from './rules.ts';

const PICTURES = ['logo', 'logo_dark'] as const;

/** The brand with absolute paths: the file names pictures from its own folder. */
export function resolvePictures(brand: BrandSettings, folder: string): BrandSettings {
  const { logo, logo_dark } = brand;
  return {
    ...brand,
    ...(logo !== undefined && { logo: resolve(folder, logo) }),
    ...(logo_dark !== undefined && { logo_dark: resolve(folder, logo_dark) }),
  };
}

/** Pictures that are not there, or that this account may not read. */
export function pictureFindings(brand: BrandSettings | undefined, folder: string): Finding[] {
  return PICTURES.flatMap((name) => {
    const path = brand?.[name];
    if (path === undefined || isReadable(resolve(folder, path))) return [];
    const message = 'there is no such file; the path starts at the folder of the config file';
    return [{ path: ['brand', name], rule: 'missing_file', message }];
  });
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
