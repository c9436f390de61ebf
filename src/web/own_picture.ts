/** Whether our pages may show this picture: their policy (`img-src 'self' data:`) lets no browser ask another host. */
export function isOwnPicture(issuer: string, uri: string): boolean {
  return uri.startsWith('data:image/') || URL.parse(uri)?.origin === issuer;
}
