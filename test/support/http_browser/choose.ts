import { fieldNames, type Button, type Fields, type Form } from './forms.ts';

/** Which form to send and how: everything given must match, and what remains must be one form. */
export interface Submission {
  /** The button that carries `data-upstream="<id>"`. */
  upstream?: string;
  /** The button with `name="decision"` and this value. */
  decision?: string;
  /** Part of the button's text, or its name. */
  button?: string | RegExp;
  /** Part of the URL that the form is sent to. */
  action?: string;
  /** What a device answers to the passkey button of the form: goes to where that button says, without any password. */
  passkey?: string;
  /** What is typed; the form must have these fields. */
  fields?: Fields;
  /** What an attacker would change: replaces or adds entries whatever the form shows, null removes one. */
  tamper?: Record<string, string | null>;
}

/** A form and the button that is pressed; forms may have none (Enter in a field). */
export interface Choice {
  form: Form;
  button?: Button;
}

/** The one form that the submission means. Throws with what the page offers when it is none or several. */
export function chooseForm(forms: Form[], wish: Submission, page: string): Choice {
  const explicit = Boolean(wish.upstream ?? wish.decision ?? wish.button ?? wish.action ?? wish.passkey);
  const choices = forms.flatMap((form): Choice[] =>
    form.buttons.length === 0
      ? [{ form }]
      : form.buttons.filter((button) => !button.disabled).map((button) => ({ form, button })),
  );
  const matching = preferExact(
    choices.filter((choice) => matches(choice, wish) && (explicit || choice.form.inMain)),
    wish,
  );
  const [first] = matching;
  if (!first) throw new Error(`no form of ${page} matches ${describeWish(wish)}; it has ${describe(choices)}`);
  if (matching.some((choice) => choice.form !== first.form))
    throw new Error(`several forms of ${page} match ${describeWish(wish)}: ${describe(matching)}`);
  return first;
}

function matches({ form, button }: Choice, wish: Submission): boolean {
  if (wish.upstream !== undefined && button?.upstream !== wish.upstream) return false;
  // "Continue with ..." is never what submit() without a name means.
  if (button?.upstream !== undefined && !(wish.upstream ?? wish.button ?? wish.action)) return false;
  if (wish.decision !== undefined && !(button?.name === 'decision' && button.value === wish.decision)) return false;
  if (wish.button !== undefined && !(button && isNamed(button, wish.button))) return false;
  const action = wish.passkey === undefined ? (button?.action ?? form.action) : form.passkey?.action;
  if (action === undefined || !action.includes(wish.action ?? '')) return false;
  const names = fieldNames(form);
  return Object.keys(wish.fields ?? {}).every((field) => names.includes(field));
}

function isNamed(button: Button, wish: string | RegExp): boolean {
  if (wish instanceof RegExp) return wish.test(button.text);
  return button.name === wish || button.text.toLowerCase().includes(wish.toLowerCase());
}

function preferExact(choices: Choice[], { button }: Submission): Choice[] {
  if (typeof button !== 'string') return choices;
  const exact = choices.filter((choice) => choice.button?.text.toLowerCase() === button.toLowerCase());
  return exact.length > 0 ? exact : choices;
}

function describe(choices: Choice[]): string {
  if (choices.length === 0) return 'no form';
  return choices
    .map(({ form, button }) =>
      [
        form.method,
        button?.action ?? form.action,
        `[${fieldNames(form).join(' ')}]`,
        button?.upstream,
        `"${button?.text ?? ''}"`,
      ].join(' '),
    )
    .join('; ');
}

function describeWish(wish: Submission): string {
  const { upstream, decision, button, action, passkey, fields } = wish;
  const parts = {
    upstream,
    decision,
    button: button?.toString(),
    action,
    passkey: passkey && 'an answer',
    fields: fields && Object.keys(fields).join(' '),
  };
  const given = Object.entries(parts).filter(([, value]) => value !== undefined);
  return given.map(([key, value]) => `${key} ${value}`).join(', ') || '(any form in main)';
}
