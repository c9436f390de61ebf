const escapes = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escaped = (text) => String(text).replaceAll(/[&<>"']/g, (sign) => escapes[sign]);

/** A whole page around some HTML. */
export function page(body) {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>A web app</title><main><h1>A web app</h1>${body}</main>`;
}

/** What userinfo says of somebody, and what they can do here. Names come from people: everything is escaped. */
export function userPage(userinfo, { renewals }) {
  const rows = Object.entries(userinfo).map(([name, value]) => {
    const text = typeof value === 'object' ? JSON.stringify(value) : value;
    return `<dt>${escaped(name)}</dt><dd>${escaped(text)}</dd>`;
  });
  return page(
    `<dl>${rows.join('')}</dl><p>Tokens renewed: ${renewals}</p>` +
      '<form method="post" action="/refresh"><button>Renew the tokens</button></form>' +
      '<form method="post" action="/logout"><button>Sign out</button></form>',
  );
}
