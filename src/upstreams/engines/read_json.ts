/** Parses a JSON answer; undefined when its type or its text is something else. `text/javascript` is what Meta calls JSON. */
export async function readJson(answer: Response): Promise<unknown> {
  const type = (answer.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (type !== 'application/json' && type !== 'text/javascript' && !type.endsWith('+json')) return undefined;
  try {
    return await answer.json();
  } catch {
    return undefined;
  }
}

/** Whether parsed JSON is an object, neither list nor null. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
