import type { FactorPagesDeps } from './page_deps.ts';
import { mountRecoveryCodesPage } from './recovery_codes_page.ts';
import { mountSecondStepPage } from './second_step_page.ts';
import { mountTotpPage } from './totp_page.ts';

/** Mounts the pages of this room in the account. */
export function mountSecondFactorPages(deps: FactorPagesDeps): void {
  mountTotpPage(deps);
  mountRecoveryCodesPage(deps);
  mountSecondStepPage(deps);
}
