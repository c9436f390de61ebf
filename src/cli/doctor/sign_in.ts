import type { PageForm } from './page.ts';
import type { Stop, Visitor } from './visitor.ts';

/** Who signs in. */
export interface Person {
  email: string;
  password: string;
}

/** `left`: on the way to the app. `waits`: at a page that only a person can answer. `stuck`: at one that nobody expected. */
type End =
  | { kind: 'left'; url: string }
  | { kind: 'waits'; screen: string; says: string }
  | { kind: 'stuck'; screen: string; reference?: string };

const MOST_PAGES = 8;

/** Pages that need somebody with a device in their hand. */
const WAITING: Record<string, string> = {
  'second-factor': 'it asks for a second factor',
  'enrol-factor': 'it asks for a second factor, which only a person can set up',
  'choose-method': 'it asks for a second factor',
};

/** Answers the pages of a visit as a person would, until it leaves for the app. */
export async function signIn(visitor: Visitor, begun: Stop, person: Person): Promise<End> {
  let stop = begun;
  for (let page = 0; page < MOST_PAGES && stop.kind === 'page'; page += 1) {
    const says = WAITING[stop.screen];
    if (says !== undefined) return { kind: 'waits', screen: stop.screen, says };
    const answer = answerTo(stop.screen, stop.forms, person);
    if (answer === 'no password')
      return { kind: 'waits', screen: stop.screen, says: 'it takes no password (upstreams)' };
    if (!answer) break;
    stop = await visitor.submit(answer.form, answer.fields);
  }
  if (stop.kind === 'left') return stop;
  const screen = stop.error === undefined ? stop.screen : `error ${stop.error}`;
  return { kind: 'stuck', screen, ...(stop.reference !== undefined && { reference: stop.reference }) };
}

function answerTo(screen: string, forms: PageForm[], { email, password }: Person) {
  const pick = (name: string, fields: (value: string) => Record<string, string>) => {
    const form = forms.find(({ names }) => names.has(name));
    return form && { form, fields: fields(form.names.get(name) ?? '') };
  };
  switch (screen) {
    case 'login':
      return pick('password', () => ({ email, password })) ?? 'no password';
    case 'accept-terms':
      return pick('terms', (terms) => ({ terms }));
    case 'consent':
      return pick('decision', () => ({ decision: 'allow' }));
    case 'passkey-offer':
      return pick('choice', () => ({ choice: 'later' }));
    // The page that sends a form to the app by itself (form_post).
    case '':
      return forms.length === 1 && forms[0] ? { form: forms[0], fields: {} } : undefined;
    default:
      return undefined;
  }
}
