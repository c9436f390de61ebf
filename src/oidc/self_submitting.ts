import { createHash } from 'node:crypto';
import type { Context } from 'koa';
import { contentSecurityPolicy, escapeHtml } from '../web/index.ts';
import { formTargetOf } from './visit.ts';

const SCRIPT = "document.addEventListener('DOMContentLoaded', function () { document.forms[0].submit() });";

/** A form that sends itself, with a button where scripts do not run. */
interface SelfSubmittingForm {
  action: string;
  fields: Record<string, string>;
  /** Where it may end beyond our own origin. */
  formTargets: string[];
  /** Text of the button, and title of the page. */
  button: string;
}

/** Answers with a form that sends itself, in the manner of the library's own; its one script is allowed by hash. */
export function answerSelfSubmitting(ctx: Context, { action, fields, formTargets, button }: SelfSubmittingForm): void {
  const inputs = Object.entries(fields).map(
    ([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`,
  );
  ctx.status = 200;
  ctx.type = 'text/html; charset=utf-8';
  ctx.set('Content-Security-Policy', contentSecurityPolicy({ formTargets, scriptHashes: [hashOf(SCRIPT)] }));
  ctx.body = `<!DOCTYPE html>
<html>
<head><title>${escapeHtml(button)}</title><script>${SCRIPT}</script></head>
<body><form method="post" action="${escapeHtml(action)}">${inputs.join('')}<noscript><button type="submit">${escapeHtml(button)}</button></noscript></form></body>
</html>`;
}

/**
 * The library answers with such forms, too: response_mode=form_post, and the sign-out before an account is switched. Those
 * pages, and no others, get a policy with their script's hash and with the places where the form ends: its action, and
 * what comes after it.
 */
export function allowLibraryForm(ctx: Context, endsAt: string | undefined): void {
  if (ctx.type !== 'text/html' || typeof ctx.body !== 'string') return;
  const script = /<script>([\s\S]*?)<\/script>/.exec(ctx.body)?.[1];
  const action = /<form method="post" action="([^"]*)">/.exec(ctx.body)?.[1];
  // Our own has its policy already, with all the places where it may end.
  if (script === undefined || script === SCRIPT || action === undefined) return;
  const targets = [formTargetOf(unescape(action)), formTargetOf(endsAt)].filter((target) => target !== undefined);
  ctx.set('Content-Security-Policy', contentSecurityPolicy({ formTargets: targets, scriptHashes: [hashOf(script)] }));
}

function hashOf(script: string): string {
  return `sha256-${createHash('sha256').update(script).digest('base64')}`;
}

function unescape(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
