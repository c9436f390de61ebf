import { describe, expect, it } from '@jest/globals';
import { locales } from '../../src/locales/index.ts';
import type { Tag as Language } from '../../src/locales/index.ts';
import { tagsOf, textOf } from './html.ts';
import type { Tag } from './html.ts';
import { renderState } from './render.ts';
import type { State } from './render.ts';
import { states } from './states.ts';

const rendered = states.flatMap((state) =>
  locales.map(({ tag }) => [`${state.view} ${state.name} in ${tag}`, state, tag, renderState(state, tag)] as const),
);
const ours = rendered.filter(([, { view }]) => !view.startsWith('simulator/'));

const named = (tags: Tag[], ...names: string[]) => tags.filter(({ name }) => names.includes(name));
const withProblems = (state: State) => Array.isArray(state.page['problems']) && state.page['problems'].length > 0;

describe.each(rendered)('%s', (_, state, language: Language, html) => {
  const tags = tagsOf(html);

  it('has one heading, its own language and a main element with its screen', () => {
    expect(named(tags, 'h1')).toHaveLength(1);
    expect(named(tags, 'html')[0]?.attributes['lang']).toBe(language);
    expect(named(tags, 'main').map(({ attributes }) => attributes['data-page'])).toEqual([state.screen]);
    expect(html).not.toMatch(/undefined|\[object|NaN/);
  });

  it('labels every input that people see, and gives each id once', () => {
    const ids = tags.flatMap(({ attributes }) => attributes['id'] ?? []);
    expect(ids).toEqual([...new Set(ids)]);
    const labels = new Set(named(tags, 'label').map(({ attributes }) => attributes['for']));
    for (const { attributes } of named(tags, 'input')) {
      if (attributes['type'] === 'hidden' || attributes['type'] === 'checkbox') continue;
      expect(attributes['id']).toBe(attributes['name']);
      expect(labels).toContain(attributes['id']);
    }
  });

  it('points only at elements that are there', () => {
    const ids = new Set(tags.flatMap(({ attributes }) => attributes['id'] ?? []));
    const pointers = ['aria-describedby', 'aria-labelledby', 'aria-controls', 'for', 'form', 'data-copy'];
    const targets = tags.flatMap(({ attributes }) => [
      ...pointers.flatMap((name) => attributes[name]?.split(' ') ?? []),
      ...(attributes['href']?.startsWith('#') ? [attributes['href'].slice(1)] : []),
    ]);
    expect(targets.filter((target) => !ids.has(target))).toEqual([]);
  });

  it('runs nothing of its own and nests no forms', () => {
    for (const { attributes } of tags) {
      expect(Object.keys(attributes).filter((name) => name === 'style' || name.startsWith('on'))).toEqual([]);
    }
    expect(html).not.toMatch(/<form[^>]*>(?:(?!<\/form>).)*<form/s);
  });
});

describe.each(ours)('%s', (_, state, __, html) => {
  const tags = tagsOf(html);

  it('carries the token in every form that changes something', () => {
    named(tags, 'form').forEach(({ attributes }, at) => {
      expect(attributes['method']).toBe('post');
      const tokens = tags.filter(({ form, attributes: { name } }) => form === at && name === '_csrf');
      expect(tokens.map(({ attributes: { value } }) => value)).toEqual(['k3Jx9']);
    });
  });

  it('leaves checking to the server where people type', () => {
    const typed = named(tags, 'input').filter(
      ({ attributes }) => !['hidden', 'checkbox'].includes(attributes['type'] ?? ''),
    );
    const forms = named(tags, 'form');
    for (const { form } of typed) expect(forms[form ?? -1]?.attributes).toHaveProperty('novalidate');
  });

  it('has no inline script or style and nothing from elsewhere', () => {
    expect(named(tags, 'style')).toEqual([]);
    const asksForPasskeys = /data-(?:passkey|signal)/.test(html);
    expect(named(tags, 'script').map(({ attributes }) => attributes)).toEqual([
      { src: '/assets/page.js', defer: '' },
      ...(asksForPasskeys ? [{ src: '/assets/passkeys.js', type: 'module' }] : []),
    ]);
    for (const { attributes } of named(tags, 'link', 'img', 'source')) {
      expect(attributes['href'] ?? attributes['src'] ?? attributes['srcset']).toMatch(/^\/assets\//);
    }
  });

  it('says its heading in the title, and that there is a problem', () => {
    const title = textOf(html, 'title') ?? '';
    expect(title).toContain(`${textOf(html, 'h1')} - Acme`);
    expect(/^(Error|오류): /.test(title)).toBe(withProblems(state));
    expect(html.includes('id="problem"')).toBe(withProblems(state));
  });

  it('marks each field with a problem, and no other', () => {
    const problems = (state.page['problems'] ?? []) as { field?: string }[]; // the common shape of every view's problems
    const wrong = named(tags, 'input', 'select').filter(({ attributes }) => attributes['aria-invalid'] === 'true');
    expect(wrong.map(({ attributes }) => attributes['name'])).toEqual(problems.flatMap(({ field }) => field ?? []));
    for (const { attributes } of wrong) expect(attributes['aria-describedby']).toBe(`${attributes['name']}-wrong`);
  });

  it('has at most one primary button', () => {
    expect(tags.filter(({ attributes }) => /\bprimary\b/.test(attributes['class'] ?? '')).length).toBeLessThanOrEqual(
      1,
    );
  });
});
