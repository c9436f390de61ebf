/**
 * The library that makes and checks what passkeys say. Loaded by the first one that a process meets: with all forms of
 * certificates it is a good part of a start, and many a process never meets any.
 */
export const webauthn = () => import('@simplewebauthn/server');

/** What it reads inside an answer with. */
export const webauthnHelpers = () => import('@simplewebauthn/server/helpers');
