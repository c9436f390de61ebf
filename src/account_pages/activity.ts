import type { Context } from 'koa';
import type { ActivityEvent, PersonalEvent } from '../events/index.ts';
import type { TextKey } from '../locales/index.ts';
import type { Person } from './frame.ts';
import { ACCOUNT_CLIENT_ID } from './own_client.ts';
import type { AccountPagesDeps } from './page_deps.ts';
import { deviceWords, momentOf } from './words.ts';

const PATH = '/account/activity';
const SECURED = `${PATH}/secured`;
const MOST = 50;
/** Read for those: some say nothing to their person. */
const READ = 3 * MOST;

/** What these say was done was not, where it was refused. */
const ONLY_WHEN_DONE = ['accounts.identity_', 'passkeys.removed'];

/** What each event is to the person whose account it is about. */
const WORDS: Record<PersonalEvent, TextKey> = {
  'sign_in.completed': 'account.activity.events.signed_in',
  'sign_in.password_wrong': 'account.activity.events.password_wrong',
  'sign_in.account_disabled': 'account.activity.events.account_disabled',
  'accounts.identity_joined': 'account.activity.events.identity_joined',
  'accounts.identity_disconnected': 'account.activity.events.identity_disconnected',
  'accounts.reset_asked': 'account.activity.events.reset_asked',
  'passwords.reset': 'account.activity.events.password_reset',
  'passwords.changed': 'account.activity.events.password_changed',
  'passwords.current_wrong': 'account.activity.events.password_wrong',
  'second_factors.totp_added': 'account.activity.events.totp_added',
  'second_factors.totp_removed': 'account.activity.events.totp_removed',
  'second_factors.code_refused': 'account.activity.events.second_step_wrong',
  'second_factors.recovery_code_used': 'account.activity.events.recovery_code_used',
  'second_factors.recovery_codes_made': 'account.activity.events.recovery_codes_made',
  'second_factors.step_switched': 'account.activity.events.second_step_switched',
  'second_factors.device_trusted': 'account.activity.events.device_trusted',
  'second_factors.devices_forgotten': 'account.activity.events.devices_forgotten',
  'second_factors.reset': 'account.activity.events.second_step_reset',
  'passkeys.added': 'account.activity.events.passkey_added',
  'passkeys.renamed': 'account.activity.events.passkey_renamed',
  'passkeys.removed': 'account.activity.events.passkey_removed',
  'passkeys.count_went_back': 'account.activity.events.passkey_copied',
  'accounts.profile_changed': 'account.activity.events.profile_changed',
  'accounts.address_change_started': 'account.activity.events.address_change_started',
  'accounts.address_wanted': 'account.activity.events.address_wanted',
  'accounts.address_changed': 'account.activity.events.address_changed',
  'accounts.address_change_undone': 'account.activity.events.address_change_undone',
  'accounts.data_exported': 'account.activity.events.data_exported',
  'accounts.deletion_scheduled': 'account.activity.events.deletion_scheduled',
  'accounts.deletion_undone': 'account.activity.events.deletion_undone',
  'oidc.device_connected': 'account.activity.events.device_connected',
  'oidc.request_allowed': 'account.activity.events.request_allowed',
  'oidc.request_denied': 'account.activity.events.request_denied',
  'oidc.grant_given': 'account.activity.events.grant_given',
  'oidc.grant_revoked': 'account.activity.events.grant_revoked',
  'oidc.session_ended': 'account.activity.events.signed_out',
  'oidc.sessions_ended': 'account.activity.events.sessions_ended',
  'oidc.account_ended': 'account.activity.events.account_ended',
  'account_pages.disowned': 'account.activity.events.disowned',
};

/**
 * `/account/activity`: what happened to the account, and the way out for somebody who sees that it was not them. It asks for
 * no fresh sign-in: it only ends, and what it begins goes to the account's own address.
 */
export function mountActivity(deps: AccountPagesDeps): void {
  const { web, events, frame } = deps;
  frame.page({
    path: PATH,
    tab: 'activity',
    load: ({ accountId }) => events.activityOf(accountId, READ),
    show: (ctx, person, listed) => showActivity(deps, ctx, person, listed),
  });
  frame.form({
    path: `${PATH}/not-me`,
    page: PATH,
    async submit(ctx, { account }) {
      const { id: accountId, locale = web.locale(ctx) } = account;
      const reference = web.referenceOf(ctx);
      // The way back first: were it lost after the end, nobody could press once more. Only what was done is said.
      await deps.startReset(accountId, { locale, reference });
      await deps.shutOut(accountId);
      await events.record({ type: 'account_pages.disowned', outcome: 'ok', accountId, reference });
      web.redirect(ctx, SECURED);
    },
  });
  web.router.get(SECURED, (ctx) => showSecured(deps, ctx));
}

async function showActivity(
  { web, oidc, upstreams, frame }: AccountPagesDeps,
  ctx: Context,
  person: Person,
  listed: ActivityEvent[],
): Promise<void> {
  const t = web.t(ctx);
  const apps = await oidc.appsOf([...new Set(listed.flatMap(({ clientId }) => clientId ?? []))]);
  const services = new Map(upstreams.list().map(({ id, name }) => [id, name]));
  const shown = listed.filter(({ type, outcome, clientId = '' }) => {
    // One of our own apps is allowed what it asks for, without anybody's doing.
    if (type === 'oidc.grant_given') return !apps.get(clientId)?.first_party;
    return outcome === 'ok' || !ONLY_WHEN_DONE.some((start) => type.startsWith(start));
  });
  await frame.render(ctx, person, {
    view: 'account/activity',
    screen: 'account-activity',
    tab: 'activity',
    title: t('account.activity.title'),
    locals: {
      events: shown.slice(0, MOST).map(({ type, at, clientId = '', upstreamId = '', detail = {} }) => ({
        words: t(WORDS[type]),
        facts: [
          clientId === ACCOUNT_CLIENT_ID ? t('account.overview.title') : apps.get(clientId)?.name,
          services.get(upstreamId),
          deviceWords(t, detail),
          detail['place'],
        ].filter((fact) => typeof fact === 'string'),
        at: momentOf(web.locale(ctx), at, person.account.profile.zoneinfo),
      })),
      notMe: `${PATH}/not-me`,
    },
  });
}

/** What was done, for a browser that is signed in no more: it names nobody. */
async function showSecured({ web }: AccountPagesDeps, ctx: Context): Promise<void> {
  await web.page(ctx, {
    view: 'account/secured',
    screen: 'account-secured',
    title: web.t(ctx)('account.secured.title'),
    locals: {},
  });
}
