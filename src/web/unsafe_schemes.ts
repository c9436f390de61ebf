/** Schemes that run or hold content instead of naming a place: never a redirect, never where a form may end. */
export const unsafeSchemes: ReadonlySet<string> = new Set([
  'javascript:',
  'data:',
  'blob:',
  'filesystem:',
  'vbscript:',
  'about:',
  'file:',
]);
