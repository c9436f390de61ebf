import { mountAccountPage, PASSKEYS } from './account_page.ts';
import type { PasskeyPagesDeps } from './page_deps.ts';
import { mountRenamePage } from './rename_page.ts';

/** Mounts the pages of the account, and the document by which password managers find them (W3C Passkey Endpoints). */
export function mountPasskeyPages(deps: PasskeyPagesDeps): void {
  mountAccountPage(deps);
  mountRenamePage(deps);
  const url = deps.issuer + PASSKEYS;
  deps.web.router.get('/.well-known/passkey-endpoints', (ctx) => {
    ctx.body = { enroll: url, manage: url };
  });
}
