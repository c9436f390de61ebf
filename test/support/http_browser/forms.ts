import { ancestor, findAll, textContent, textOf, type Element } from './html.ts';

/** A form as a page shows it, with the fields it would send as it stands. */
export interface Form {
  action: string;
  method: string;
  /** Stands in `<main>`, not in the header or footer of every page. */
  inMain: boolean;
  controls: Element[];
  buttons: Button[];
  /** Its button that only a script serves: it asks the browser for a passkey. */
  passkey?: PasskeyButton;
}

/** What the script of a page reads of a passkey button. */
export interface PasskeyButton {
  make: boolean;
  options: string;
  action: string;
}

/** Something that submits a form, or the link that stands for one. */
export interface Button {
  text: string;
  name?: string;
  value: string;
  upstream?: string;
  /** Overrides the form's own action. */
  action?: string;
  method?: string;
  form?: Form;
  disabled: boolean;
}

/** What a test types: text into a field, true or false into a checkbox. */
export type Fields = Record<string, string | boolean>;

const CONTROLS = new Set(['input', 'select', 'textarea', 'button']);

/** The forms of a page. A control belongs to the form around it or to the one its `form` attribute names. */
export function readForms(document: Element): Form[] {
  const controls = findAll(document, (element) => CONTROLS.has(element.name));
  return findAll(document, (element) => element.name === 'form').map((element) => {
    const own = controls.filter((control) => ownerOf(control, document) === element);
    const form: Form = {
      action: element.attributes['action'] ?? '',
      method: (element.attributes['method'] ?? 'get').toUpperCase(),
      inMain: ancestor(element, 'main') !== undefined,
      controls: own.filter((control) => !isButton(control)),
      buttons: [],
    };
    form.passkey = own.flatMap(passkeyOf)[0];
    form.buttons = own.filter((control) => isSubmit(control)).map((control) => readButton(control, form));
    return form;
  });
}

function passkeyOf({ attributes }: Element): PasskeyButton[] {
  const kind = attributes['data-passkey'];
  if (kind === undefined) return [];
  const { 'data-options': options = '', 'data-action': action = '' } = attributes;
  return [{ make: kind === 'create', options, action }];
}

/** The page's links that offer an upstream: `<a data-upstream>`. */
export function upstreamLinks(document: Element): { upstream: string; href: string }[] {
  return findAll(document, (element) => element.name === 'a' && 'data-upstream' in element.attributes).map(
    (element) => ({
      upstream: element.attributes['data-upstream'] ?? '',
      href: element.attributes['href'] ?? '',
    }),
  );
}

function ownerOf(control: Element, document: Element): Element | undefined {
  const id = control.attributes['form'];
  if (id === undefined) return ancestor(control, 'form');
  return findAll(document, (element) => element.name === 'form' && element.attributes['id'] === id)[0];
}

function isButton(control: Element): boolean {
  return control.name === 'button' || ['submit', 'button', 'image', 'reset'].includes(typeOf(control));
}

function isSubmit(control: Element): boolean {
  const type = control.attributes['type']?.toLowerCase();
  return control.name === 'button' ? type === undefined || type === 'submit' : type === 'submit' || type === 'image';
}

function typeOf(control: Element): string {
  return control.name === 'input' ? (control.attributes['type']?.toLowerCase() ?? 'text') : control.name;
}

function readButton(control: Element, form: Form): Button {
  const { attributes } = control;
  const value = attributes['value'] ?? '';
  return {
    text: control.name === 'button' ? textOf(control) : value,
    name: attributes['name'],
    value,
    upstream: attributes['data-upstream'],
    action: attributes['formaction'],
    method: attributes['formmethod']?.toUpperCase(),
    form,
    disabled: 'disabled' in attributes,
  };
}

/** The names a person can fill in. */
export function fieldNames(form: Form): string[] {
  const typed = form.controls.filter((control) => typeOf(control) !== 'hidden' && control.attributes['name']);
  return [...new Set(typed.map((control) => control.attributes['name'] ?? ''))];
}

/**
 * What the form sends when `button` is pressed after `fields` were typed (HTML, constructing the entry list). Throws when
 * the form has no such field or it cannot be typed into: a person could not have done that.
 */
export function entriesOf(form: Form, fields: Fields, button?: Button): [string, string][] {
  for (const name of Object.keys(fields)) {
    const control = form.controls.find(
      (candidate) => candidate.attributes['name'] === name && typeOf(candidate) !== 'hidden',
    );
    if (!control) throw new Error(`the form has no field "${name}"; it has: ${fieldNames(form).join(', ') || 'none'}`);
    if ('readonly' in control.attributes || 'disabled' in control.attributes)
      throw new Error(`the field "${name}" is fixed`);
  }
  const entries = form.controls.flatMap((control) => entryOf(control, fields[control.attributes['name'] ?? '']));
  if (button?.name) entries.push([button.name, button.value]);
  return entries;
}

function entryOf(control: Element, typed: string | boolean | undefined): [string, string][] {
  const { attributes } = control;
  const name = attributes['name'];
  if (!name || 'disabled' in attributes) return [];
  const value = attributes['value'];
  switch (typeOf(control)) {
    case 'hidden':
      return [[name, value ?? '']];
    case 'checkbox':
      return (typed ?? 'checked' in attributes) ? [[name, value ?? 'on']] : [];
    case 'radio':
      return (typed === undefined ? 'checked' in attributes : typed === (value ?? 'on')) ? [[name, value ?? 'on']] : [];
    case 'select':
      return [[name, typed === undefined ? selectedValue(control) : String(typed)]];
    case 'textarea':
      return [[name, typed === undefined ? textContent(control) : String(typed)]];
    default:
      return [[name, typed === undefined ? (value ?? '') : String(typed)]];
  }
}

function selectedValue(select: Element): string {
  const options = findAll(select, (element) => element.name === 'option');
  const chosen = options.find((option) => 'selected' in option.attributes) ?? options[0];
  return chosen ? (chosen.attributes['value'] ?? textOf(chosen)) : '';
}
