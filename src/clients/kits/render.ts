import { quotes, type Kit } from './kit.ts';

/** What is known of a client for its kit; a list stands as a list of texts. Undefined: this client has none. */
export type KitFacts = Readonly<Record<string, string | readonly string[] | undefined>>;

const CONDITION = /\s*«([?!])(\w+)»/g;
const VALUE = /«(=?)(\w+)»/g;

/** The text of a kit for one client. Throws on a fact that nobody knows. */
export function render({ text, quoting }: Pick<Kit, 'text' | 'quoting'>, facts: KitFacts): string {
  const quote = quotes[quoting];
  const known = (name: string) => {
    if (!Object.hasOwn(facts, name)) throw new TypeError(`no kit fact is called ${name}`);
    return facts[name];
  };
  const isShown = (line: string) =>
    [...line.matchAll(CONDITION)].every(([, sign, name = '']) => (known(name) !== undefined) === (sign === '?')) &&
    [...line.matchAll(VALUE)].every(([, , name = '']) => known(name) !== undefined);
  const filled = (line: string) =>
    line.replace(CONDITION, '').replace(VALUE, (_, raw: string, name: string) => {
      const value = known(name) ?? '';
      if (typeof value !== 'string') return `[${value.map((one) => quote(one)).join(', ')}]`;
      return raw === '' ? quote(value) : value;
    });
  return text.split('\n').filter(isShown).map(filled).join('\n');
}
