/** A small tolerant HTML parser for tests: elements, attributes, text. No script runs, as in a browser with JavaScript off. */

export interface Element {
  name: string;
  attributes: Record<string, string>;
  children: (Element | string)[];
  parent?: Element;
}

const VOID = new Set('area base br col embed hr img input link meta source track wbr'.split(' '));
const RAW_TEXT = new Set(['script', 'style', 'textarea', 'title']);
const UNREADABLE = new Set(['script', 'style', 'template', 'head']);
const INLINE = new Set(
  'a abbr b bdi bdo cite code em i kbd mark q s small span strong sub sup svg time u var wbr'.split(' '),
);
const TOKEN =
  /<!--[\s\S]*?(?:-->|$)|<![^>]*>|<\/([a-z][^\s>/]*)[^>]*>|<([a-z][^\s>/]*)((?:"[^"]*"|'[^']*'|[^>"'])*)>/gi;
const ATTRIBUTE = /([^\s=/>"']+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+)))?/g;
const NAMED: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
  copy: '©',
  hellip: '…',
  middot: '·',
};

/** Parses a document. Never fails: what cannot be understood becomes text, a missing end tag closes with its parent. */
export function parseHtml(source: string): Element {
  const root: Element = { name: '#document', attributes: {}, children: [] };
  let current = root;
  let position = 0;
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(source); match; match = TOKEN.exec(source)) {
    addText(current, source.slice(position, match.index));
    position = TOKEN.lastIndex;
    const [, closing, opening, attributes] = match;
    if (closing) current = close(current, closing.toLowerCase());
    if (!opening) continue;
    const name = opening.toLowerCase();
    const element: Element = { name, attributes: parseAttributes(attributes ?? ''), children: [], parent: current };
    current.children.push(element);
    if (RAW_TEXT.has(name)) {
      const end = endOfRawText(source, position, name);
      const text = source.slice(position, end);
      element.children.push(name === 'script' || name === 'style' ? text : decodeEntities(text));
      position = TOKEN.lastIndex = end;
    } else if (!VOID.has(name) && !/\/\s*$/.test(attributes ?? '')) current = element;
  }
  addText(current, source.slice(position));
  return root;
}

function addText(element: Element, text: string): void {
  if (text) element.children.push(decodeEntities(text));
}

function close(current: Element, name: string): Element {
  for (let element: Element | undefined = current; element?.parent; element = element.parent) {
    if (element.name === name) return element.parent;
  }
  return current;
}

function endOfRawText(source: string, from: number, name: string): number {
  const found = source.slice(from).search(new RegExp(`</${name}[\\s>/]`, 'i'));
  return found === -1 ? source.length : from + found;
}

function parseAttributes(text: string): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [, name, double, single, bare] of text.matchAll(ATTRIBUTE)) {
    if (name) attributes[name.toLowerCase()] ??= decodeEntities(double ?? single ?? bare ?? '');
  }
  return attributes;
}

function decodeEntities(text: string): string {
  return text.replaceAll(
    /&(?:#x([0-9a-f]+)|#(\d+)|([a-z]+));/gi,
    (whole, hex?: string, decimal?: string, name?: string) => {
      if (hex) return String.fromCodePoint(Number.parseInt(hex, 16));
      if (decimal) return String.fromCodePoint(Number(decimal));
      return NAMED[name?.toLowerCase() ?? ''] ?? whole;
    },
  );
}

/** Every element below `root` that passes the test, in document order. */
export function findAll(root: Element, test: (element: Element) => boolean): Element[] {
  const found: Element[] = [];
  for (const child of root.children) {
    if (typeof child === 'string') continue;
    if (test(child)) found.push(child);
    found.push(...findAll(child, test));
  }
  return found;
}

/** The first element below `root` that carries the attribute. */
export function findByAttribute(root: Element, attribute: string): Element | undefined {
  return findAll(root, (element) => attribute in element.attributes)[0];
}

/** The text a person reads in an element, white space collapsed; without scripts, styles and what is `hidden`. */
export function textOf(element: Element): string {
  return readableText(element).replaceAll(/\s+/g, ' ').trim();
}

function readableText(element: Element): string {
  if (UNREADABLE.has(element.name) || 'hidden' in element.attributes) return '';
  const text = element.children.map((child) => (typeof child === 'string' ? child : readableText(child))).join('');
  return INLINE.has(element.name) ? text : ` ${text} `;
}

/** The text of an element exactly as it stands. */
export function textContent(element: Element): string {
  return element.children.map((child) => (typeof child === 'string' ? child : textContent(child))).join('');
}

/** The nearest ancestor with this name. */
export function ancestor(element: Element, name: string): Element | undefined {
  for (let parent = element.parent; parent; parent = parent.parent) if (parent.name === name) return parent;
  return undefined;
}
