import { plainCode } from '../failure.ts';

/** Parses a JSON answer; undefined when its type or its text is something else. `text/javascript` is what Meta calls JSON. */
export async function readJson(answer: Response): Promise<unknown> {
  const type = mediaTypeOf(answer);
  if (type !== 'application/json' && type !== 'text/javascript' && !type.endsWith('+json')) return undefined;
  return parseJson(await answer.text());
}

/** What a text holds; undefined when it is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The media type of an answer without its parameters, in lower case; empty when it has none. */
export function mediaTypeOf({ headers }: Response): string {
  return (headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

/** The same as a code that may stand in a log: it says that a page came where JSON was due. The answer itself never does. */
export function typeCodeOf(answer: Response): string | undefined {
  return plainCode(mediaTypeOf(answer).replace('/', '.'));
}

/** Whether parsed JSON is an object, neither list nor null. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
