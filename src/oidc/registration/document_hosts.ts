/**
 * Whether the document of a client may be read: its host, with the port where that is not 443, stands in the list, or lies
 * below a `*.` of it. A query would make endless documents of one.
 */
export function isDocumentAllowed(clientId: string, allow: readonly string[]): boolean {
  const url = URL.parse(clientId);
  if (url?.protocol !== 'https:' || url.search !== '' || clientId.includes('?')) return false;
  return allow.some((entry) => (entry.startsWith('*.') ? url.host.endsWith(entry.slice(1)) : url.host === entry));
}
