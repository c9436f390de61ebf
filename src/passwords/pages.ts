import { mountAccountPage } from './account_page.ts';
import type { PasswordPagesDeps } from './page_deps.ts';
import { mountResetPage } from './reset_page.ts';

/** Mounts the page behind the link of a reset mail, and the password's page in the account. */
export function mountPasswordPages(deps: PasswordPagesDeps): void {
  mountResetPage(deps);
  mountAccountPage(deps);
}
