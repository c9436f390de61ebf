/** One step into a source: letters, digits, `_`, `-`, `:`; or a place in a list. */
const STEP = /^[A-Za-z0-9_:-]{1,100}$/;
const FORBIDDEN: ReadonlySet<string> = new Set(['__proto__', 'prototype', 'constructor']);

/** Whether a text is a path of at most eight steps, none of which could reach a prototype. */
export function isPath(text: string): boolean {
  const steps = text.split('.');
  return steps.length <= 8 && steps.every((step) => STEP.test(step) && !FORBIDDEN.has(step));
}

/** The value at a path, own properties only; undefined when there is none. */
export function readPath(roots: Readonly<Record<string, unknown>>, path: string): unknown {
  let value: unknown = roots;
  for (const step of path.split('.')) {
    if (typeof value !== 'object' || value === null || FORBIDDEN.has(step) || !Object.hasOwn(value, step))
      return undefined;
    // An object that has the property itself; what it holds is judged by whoever reads it.
    value = (value as Record<string, unknown>)[step];
  }
  return value;
}

/** Nothing to work with: no value, null, or a text without a visible character. */
export function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}
