import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A folder of the repository that the pages are made of. */
export function folderOf(name: 'views' | 'assets'): string {
  return fileURLToPath(new URL(`../../${name}`, import.meta.url));
}

/** The file of a view such as `mail/verify_email`. */
export function viewFile(view: string): string {
  return join(folderOf('views'), `${view}.pug`);
}
