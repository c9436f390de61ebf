import type { Context } from 'koa';
import { IdpError } from '../kit/errors.ts';
import type { Visit } from '../oidc/index.ts';
import { RESUME, type SignInDeps } from './deps.ts';
import { loginPath } from './recover.ts';

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
  const { oidc, sealer, web } = deps;
  const visit = await open(oidc.find(sealer.open(resume, RESUME), web.browser.read(ctx)));
  if (!visit) return undefined;
  await oidc.progress(visit.uid, { step: 'start', note: { kind: 'password_changed' }, email, anyone: true });
  return loginPath(visit);
}

async function open(found: Promise<Visit>): Promise<Visit | undefined> {
  try {
    return await found;
  } catch (cause) {
    if (cause instanceof IdpError) return undefined;
    throw cause;
  }
}
