import type { Context } from 'koa';
import { cleanPicture } from '../accounts/index.ts';
import type { Address } from '../kit/addresses.ts';
import { locales, type Translate } from '../locales/index.ts';
import { nameProblems, problem, type Problem, type Shown } from '../web/index.ts';
import type { Person } from './frame.ts';
import type { AccountPagesDeps } from './page_deps.ts';

/** What the form says, as it was typed. */
interface Typed {
  name: string;
  picture: string;
  locale: string;
  zoneinfo: string;
}

const PATH = '/account/profile';
const ZONES = Intl.supportedValuesOf('timeZone');

/** `/account/profile`: name, picture, language and time zone in one form, and the way to another address. */
export function mountProfile(deps: AccountPagesDeps): void {
  const { frame, selfService } = deps;
  const load = ({ accountId }: Person['session']) => selfService.addressChange.pending(accountId);
  frame.page({
    path: PATH,
    tab: 'profile',
    load,
    show: (ctx, person, pending) => show(deps, ctx, person, { pending, typed: typedOf(person) }, {}),
  });
  frame.form({
    path: PATH,
    page: PATH,
    async submit(ctx, person, fields) {
      const { name = '', picture = '', locale = '', zoneinfo = '' } = fields;
      const typed = { name: name.trim(), picture: picture.trim(), locale, zoneinfo };
      const tag = locales.find((one) => one.tag === locale)?.tag;
      const problems = problemsOf(deps.web.t(ctx), typed, person);
      if (problems.length > 0) {
        return show(deps, ctx, person, { pending: await load(person.session), typed }, { status: 422, problems });
      }
      const edit = { name: typed.name || undefined, picture: typed.picture || undefined, locale: tag };
      await selfService.editProfile(person.session, { ...edit, zoneinfo: zoneinfo || undefined });
      // An older choice on this browser would outrank the account's language.
      deps.web.chooseLanguage(ctx, tag);
      frame.done(ctx, PATH, 'saved');
    },
  });
}

function typedOf({ account: { profile, locale } }: Person): Typed {
  const { name = '', picture = '', zoneinfo = '' } = profile;
  return { name, picture, zoneinfo, locale: locale ?? '' };
}

/** A zone that the list does not have may stay, but nobody chooses it. */
function zonesFor({ account }: Person): string[] {
  const { zoneinfo } = account.profile;
  return zoneinfo === undefined || ZONES.includes(zoneinfo) ? ZONES : [zoneinfo, ...ZONES];
}

function problemsOf(t: Translate, { name, picture, locale, zoneinfo }: Typed, person: Person): Problem[] {
  const spoken = locale === '' || locales.some(({ tag }) => tag === locale);
  return [
    ...nameProblems(t, name),
    ...(picture === '' || cleanPicture(picture) !== undefined
      ? []
      : [problem(t, 'account.profile.problems.picture', 'picture')]),
    ...(spoken ? [] : [problem(t, 'account.profile.problems.choice', 'locale')]),
    ...(zoneinfo === '' || zonesFor(person).includes(zoneinfo)
      ? []
      : [problem(t, 'account.profile.problems.choice', 'zoneinfo')]),
  ];
}

async function show(
  { accounts, upstreams, web, frame }: AccountPagesDeps,
  ctx: Context,
  person: Person,
  { pending, typed }: { pending: Address | undefined; typed: Typed },
  { status, problems = [] }: Shown,
): Promise<void> {
  const t = web.t(ctx);
  await frame.render(ctx, person, {
    view: 'account/profile',
    screen: 'account-profile',
    tab: 'profile',
    title: t('account.profile.title'),
    status,
    notes: {
      saved: 'account.profile.saved',
      sent: 'account.profile.sent',
      cancelled: 'account.profile.cancelled',
    },
    locals: {
      values: typed,
      pending: pending?.stored,
      groups: accounts.groupsOf(person.account).map(({ name, through }) => {
        return { name, through: through && upstreams.nameOf(through) };
      }),
      languages: [
        { value: '', label: t('account.profile.language_of_browser') },
        ...locales.map(({ tag, name }) => ({ value: tag, label: name })),
      ],
      zones: [
        { value: '', label: t('account.profile.no_zone') },
        ...zonesFor(person).map((zone) => ({ value: zone, label: zone.replaceAll('_', ' ') })),
      ],
      problems,
    },
  });
}
