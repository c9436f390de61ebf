// Where this clone lies and where what it generates goes, whatever folder it is started from.
import { dirname, join, resolve } from 'path';
import { fileURLToPath } from 'url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Where generated things go. The application is told the same. */
export function dataFolder() {
  return resolve(process.env.GATEHOUSE_DATA || join(root, '.data'));
}

/** The application's own variables: without a wish of the caller, the folders of this clone. */
export function ownVariables() {
  return {
    GATEHOUSE_CONFIG: resolve(process.env.GATEHOUSE_CONFIG || join(root, 'config', 'gatehouse.yaml')),
    GATEHOUSE_DATA: dataFolder(),
  };
}
