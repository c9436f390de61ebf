/** Schemes that browsers run or read by themselves (RFC 8252 7.1 leaves others to apps): never a redirect, never where a form may end. */
export const unsafeSchemes: ReadonlySet<string> = new Set([
  'javascript:',
  'data:',
  'blob:',
  'filesystem:',
  'vbscript:',
  'about:',
  'file:',
  'ws:',
  'wss:',
  'ftp:',
]);
