/** How the pages of a product are filled in. */
export interface Product {
  /** Fields of the login form, by name. */
  username: string;
  password: string;
  /** Boxes to tick wherever they stand. */
  ticks?: readonly string[];
  /** The button that agrees, where the person is asked. */
  consent?: { name: string; value: string };
  /** Part of the link to the login form, on a page that offers several ways. */
  way?: string;
}

/**
 * Products whose pages are known. Only Gatehouse's own were driven by a test; the others are written from their sources and
 * documentation.
 */
export const products: Readonly<Record<string, Product>> = {
  gatehouse: { username: 'email', password: 'password', consent: { name: 'decision', value: 'allow' } },
  keycloak: { username: 'username', password: 'password', consent: { name: 'accept', value: 'Yes' } },
  dex: { username: 'login', password: 'password', consent: { name: 'approval', value: 'approve' }, way: '/auth/local' },
  // Its reference app for login and consent, which answers for Hydra.
  hydra: {
    username: 'email',
    password: 'password',
    ticks: ['remember', 'grant_scope'],
    consent: { name: 'submit', value: 'Allow access' },
  },
};
