const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** The error page of last resort, when the real one cannot be rendered: no template, no style, no language but English. */
export function barePage(code: string, reference: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Error</title>
<main data-page="error" data-error="${escapeHtml(code)}">
<h1>Something went wrong</h1>
<p>Try again in a minute. If it happens again, give support this reference:</p>
<p><code data-reference>${escapeHtml(reference)}</code></p>
</main>
</html>
`;
}

/** Text as it may stand in HTML, between tags and in a quoted attribute; for the few answers that no template makes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
