import type { Context } from 'koa';
import { IdpError } from '../kit/errors.ts';
import { loginPath } from './another_way.ts';
import { resumedUid, type SignInDeps } from './deps.ts';

/**
 * Where the visit goes on that asked for a new password: its login page, which says that the password was changed. Undefined
 * when the visit is over, or began in another browser. `resume` is its uid, sealed.
 */
export async function backToLogin(
  deps: SignInDeps,
  ctx: Context,
  resume: string,
  email?: string,
): Promise<string | undefined> {
  const { oidc, web } = deps;
  const uid = resumedUid(deps, resume);
  if (uid === undefined) return undefined;
  try {
    const visit = await oidc.find(uid, web.browser.read(ctx));
    await oidc.progress(visit.uid, { step: 'start', note: { kind: 'password_changed' }, email, anyone: true });
    return loginPath(visit);
  } catch (cause) {
    // The password is changed already: what stands in the way here must not say that it failed.
    if (cause instanceof IdpError) return undefined;
    throw cause;
  }
}
