/** What was published about a product of this field, and what must hold here because of it. */
export interface Advisory {
  product: string;
  ids: string[];
  /** What went wrong there, as the rule it broke. */
  lesson: string;
  /** The lines of the catalogue that keep the rule here. */
  lines: string[];
}

type Row = [ids: string, lesson: string, lines: string];

/** Numbers of one year follow the first: `CVE-2026-3872 7504` are CVE-2026-3872 and CVE-2026-7504. */
const published: Record<string, Row[]> = {
  Keycloak: [
    ['CVE-2026-18963', 'no path reaches "set a password" without the mailed token', 'C7 E10'],
    ['CVE-2026-9087 82968 92358', 'a link proof is bound to person, provider, subject and interaction, used once, dead on unlink', 'A12 A13'],
    ['CVE-2026-15571', 'a client cannot forge a request to link', 'A10'],
    ['CVE-2026-16442 3009 2603', 'what a provider may do is checked at its callback, too', 'B10 B11'],
    ['CVE-2026-7507', 'the restart URL moves no interaction to another browser', 'C2'],
    ['CVE-2025-12390', 'session ids are never reused, and a sign-out works without cookies', 'C8'],
    ['CVE-2026-4325', 'one-time tokens belong to their purpose', 'E4'],
    ['CVE-2026-37982', 'an action link cannot be replayed to enrol a passkey', 'F14'],
    ['CVE-2026-1529', 'every mailed token is verified', 'E7'],
    ['CVE-2026-9802', 'the rotation of refresh tokens survives a restart', 'D7'],
    ['GHSA-wv3h-x6c4-r867', 'a disabled account gets no tokens', 'D8'],
    ['CVE-2026-3872 7504', 'redirect URIs are compared as strings', 'D1'],
    ['CVE-2024-8883', 'redirect URIs are compared as strings', 'D1'],
    ['CVE-2023-6291', 'redirect URIs are compared as strings', 'D1'],
    ['CVE-2026-9086', 'schemes of URIs are compared in any case', 'C10 H1'],
    ['CVE-2026-1180 4366 4874', 'every stored or given URL is guarded, redirects included', 'D15 H12'],
    ['CVE-2020-10770', 'every stored or given URL is guarded, redirects included', 'D15 H12'],
    ['CVE-2026-4634 79651', 'scopes and locales cost bounded work', 'D14 H11'],
    ['CVE-2024-10270', 'input costs bounded work', 'E16'],
    ['GHSA-cq42-vhv7-xr7p', 'a lock-out locks nobody else out', 'G6'],
    ['CVE-2021-3754', 'nobody takes the address of another as a name', 'A17'],
    ['CVE-2026-19607', 'nobody takes the address of another as a name', 'A17'],
    ['CVE-2026-9798 16103', 'a disabled account is refused at the start and at the redemption', 'D8'],
  ],
  ZITADEL: [
    ['GHSA-2wmj-46rj-qm2w', 'no forwarding header gets into a mailed link', 'E1'],
    ['CVE-2025-64101', 'no forwarding header gets into a mailed link', 'E1'],
    ['GHSA-93m4-mfpg-c3xf', 'no forwarding header gets into a mailed link', 'E1'],
    ['CVE-2026-105207', 'linking takes a primary factor', 'A15'],
    ['CVE-2026-105215', 'forged fields of a callback count for nothing', 'A14'],
    ['CVE-2026-119128', 'that somebody is verified is not in a cookie that can be computed', 'C7'],
    ['CVE-2026-105211', 'a one-time code is never returned', 'E14'],
    ['CVE-2025-64102', 'the tries of a one-time code are counted', 'E13 F2'],
    ['CVE-2024-32868', 'the tries of a one-time code are counted', 'E13 F2'],
    ['CVE-2025-64103', 'the second factor cannot be skipped', 'F7'],
    ['CVE-2025-46815', 'what came back from a provider is used once', 'B14'],
    ['CVE-2025-64717', 'a provider that is off signs nobody in', 'B10'],
    ['CVE-2026-55669', 'audience, end and age of a provider’s token are checked', 'B4 B7'],
    ['GHSA-wxg7-w2v3-w38g', 'audience, end and age of a provider’s token are checked', 'B4 B7'],
    ['CVE-2026-55672', 'codes and refresh tokens belong to their client', 'D6 D8'],
    ['CVE-2026-27840', 'a cut token is none', 'D9'],
    ['CVE-2026-27946 54693', 'nobody verifies their own address', 'E11'],
    ['CVE-2024-28197', 'a session has a new id after signing in', 'C2 C3'],
    ['CVE-2025-67495', 'nothing runs on pages that post or redirect', 'H1 H2'],
    ['CVE-2026-29191 29192', 'nothing runs on pages that post or redirect', 'H1 H2'],
    ['CVE-2024-29891', 'nothing runs on pages that post or redirect', 'H1 H2'],
    ['CVE-2025-67494', 'every URL that is fetched is guarded', 'H12'],
    ['CVE-2026-55671', 'every URL that is fetched is guarded', 'H12'],
    ['CVE-2024-41952', 'time does not tell who has an account', 'G2'],
    ['CVE-2026-23511', 'time does not tell who has an account', 'G2'],
    ['CVE-2026-29193', 'a closed registration is closed on the server', 'S2'],
    ['CVE-2026-55670', 'ids are not used again', 'A20'],
  ],
  'Better Auth': [
    ['CVE-2026-53516', 'an address joins by itself when it is verified here, too', 'A1'],
    ['CVE-2026-53517', 'of two rotations at once one wins', 'D7'],
    ['CVE-2026-53512', 'a refresh takes the client’s authentication', 'D8'],
    ['CVE-2026-67333', 'a redirect runs no script', 'H1'],
    ['CVE-2026-67336', 'no unsigned token, no plain challenge', 'D4 H16'],
    ['CVE-2026-110862 114607', 'a state is no magic link', 'A11 E6'],
    ['CVE-2026-121802', 'nothing signs what a caller chose, and the secret can be replaced', 'H14'],
    ['CVE-2026-45337', 'a device code belongs to who saw it first', 'D23'],
    ['CVE-2026-53513', 'the endpoints of a provider are guarded', 'H12'],
    ['CVE-2026-67330', 'the ids of one provider are not those of another', 'A8'],
    ['CVE-2024-56734', 'no redirect leads elsewhere', 'D3'],
    ['CVE-2025-27143', 'no redirect leads elsewhere', 'D3'],
    ['CVE-2026-71403', 'no redirect leads elsewhere', 'D3'],
  ],
  'Auth.js': [
    ['CVE-2026-73419', 'state, nonce and verifier belong to their provider', 'A10 B1'],
    ['CVE-2026-73420', 'an address is brought into its form, then checked', 'A17'],
    ['CVE-2026-73421', 'a mistake in the settings closes, it does not open', 'H16'],
    ['GHSA-xmf8-cvqr-rfgj', 'a malformed bearer token is refused, and crashes nothing', 'D19'],
    ['CVE-2022-35924', 'one recipient', 'E2'],
    ['GHSA-5jpx-9hw9-2fx4', 'one recipient', 'B15 E2'],
    ['CVE-2022-31127', 'what people type is text in a mail', 'E3'],
    ['CVE-2022-29214', 'no redirect leads elsewhere', 'D3'],
  ],
  authentik: [
    ['CVE-2023-48228', 'PKCE cannot be left out', 'D4'],
    ['CVE-2024-23647', 'PKCE cannot be left out', 'D4'],
    ['CVE-2024-47070', 'forwarding headers count from trusted hops', 'G5'],
    ['CVE-2023-36456', 'forwarding headers count from trusted hops', 'G5'],
    ['CVE-2024-52289', 'a redirect URI is no pattern', 'D1'],
    ['CVE-2025-53942 64521', 'who or what is disabled stays out', 'B12'],
    ['CVE-2023-26481', 'the token of a flow belongs to person and flow', 'E6'],
    ['CVE-2022-23555', 'the token of a flow belongs to person and flow', 'E6'],
    ['CVE-2023-46249', 'no setup opens again', 'H17'],
    ['CVE-2024-52287', 'scopes that were not configured are not given', 'D14'],
    ['CVE-2024-38371', 'a device flow asks who may', 'D23'],
    ['CVE-2026-42849', 'the page that posts by itself runs nothing else', 'H1'],
    ['CVE-2025-64708', 'an end is checked at the use, not by a sweeper', 'E4'],
  ],
  Logto: [
    ['CVE-2026-15611', 'an address nobody verified links nothing', 'A5'],
    ['CVE-2026-15612', 'the nonce is required, also when it is absent', 'B3'],
    ['CVE-2026-15616', 'the second factor is asked for after a provider, too', 'B13'],
    ['CVE-2026-56739', 'every URL that is fetched is guarded', 'H12'],
  ],
  Dex: [
    ['CVE-2022-39222', 'an approval belongs to its browser', 'C1'],
    ['GHSA-7qjx-gp9h-65qj', 'the list of allowed providers holds at every grant', 'B11 D12'],
    ['CVE-2024-23656', 'TLS settings are heeded', 'H16'],
  ],
  Ory: [
    ['CVE-2020-5300', 'an assertion counts once', 'D11'],
    ['CVE-2020-15222', 'an assertion counts once', 'D11'],
    ['CVE-2020-15223', 'a failed revocation is told', 'D20'],
    ['CVE-2020-15233 15234', 'redirect URIs are compared as strings, loopback but for its port', 'D1'],
    ['CVE-2019-8400', 'a hint of an error is not shown', 'B17'],
    ['CVE-2026-33503 33504', 'a page token is no SQL', 'H4'],
    ['CVE-2024-45042', 'mixed factors make no level that they are not', 'F6'],
  ],
  Authelia: [
    ['CVE-2025-24806', 'one counter for one account', 'G7'],
    ['CVE-2026-47203', 'one counter for one account', 'G7'],
    ['CVE-2021-32637', 'a malformed URI is refused', 'D16'],
    ['CVE-2021-29456', 'a sign-out leads nowhere else', 'C10'],
    ['CVE-2026-33525', 'nothing that is typed runs', 'H1'],
  ],
  'OAuth2 Proxy': [
    ['CVE-2026-40574', 'an address has one at sign', 'B15'],
    ['CVE-2026-34454', 'what is over is cleared', 'C11'],
    ['CVE-2025-64484', 'underscores make no header', 'G5'],
    ['CVE-2020-5233', 'no redirect leads elsewhere', 'D3'],
    ['CVE-2021-21291', 'no redirect leads elsewhere', 'D3'],
  ],
  Casdoor: [
    ['CVE-2026-9091', 'the second factor is not passed by', 'F6'],
    ['CVE-2026-9090', 'no step is passed by', 'C7'],
    ['CVE-2026-9094 9097', 'a token exchange that is not offered is refused', 'D12'],
    ['CVE-2026-5467', 'no redirect leads elsewhere', 'D3'],
    ['CVE-2026-5469', 'every URL that is fetched is guarded', 'H12'],
    ['CVE-2024-41657', 'another origin reads nothing with credentials', 'D22'],
  ],
  'Pocket ID': [
    ['CVE-2026-28512', 'user information and host of a redirect URI are not confused', 'D1'],
    ['CVE-2026-28513', 'every condition of a code holds at once', 'D6'],
    ['CVE-2026-43983', 'what was revoked refreshes nothing', 'D8'],
    ['GHSA-hp74-gm6m-2qm5', 'a weaker sign-in is no step-up', 'C16'],
  ],
  'What Gatehouse is made of': [
    ['CVE-2026-27959', 'Koa: the Host header decides nothing', 'D3 E1'],
    ['CVE-2025-32379', 'Koa: a redirect page shows no markup', 'D3'],
    ['CVE-2025-13033', 'Nodemailer: one recipient', 'E2'],
    ['CVE-2026-82854 90776 100699', 'Nodemailer: one recipient', 'E2'],
    ['CVE-2021-23400', 'Nodemailer: one recipient', 'E2'],
    ['CVE-2021-21353', 'Pug: what is sent is no option of a template', 'H3'],
    ['CVE-2024-36361', 'Pug: what is sent is no option of a template', 'H3'],
    ['CVE-2016-20018', 'knex: an object is no value', 'H4'],
  ],
  Others: [
    ['CVE-2026-120263', 'Gitea: what a callback says is not who somebody is', 'A14'],
    ['CVE-2026-89022', 'BookStack: the ids of one provider are not those of another', 'A8'],
    ['CVE-2026-81888', 'hono: a missing state is refused', 'A10 B1'],
    ['CVE-2024-21632', 'omniauth-microsoft_graph: an address is no key', 'A6'],
  ],
}; // prettier-ignore

/** Every advisory that the catalogue has learnt from. SAML and its parsers are not offered, so theirs are not here. */
export const advisories: Advisory[] = Object.entries(published).flatMap(([product, rows]) =>
  rows.map(([ids, lesson, lines]) => ({ product, ids: spell(ids), lesson, lines: lines.split(' ') })),
);

function spell(ids: string): string[] {
  const [first = '', ...rest] = ids.split(' ');
  return [first, ...rest.map((number) => first.replace(/\d+$/, number))];
}
