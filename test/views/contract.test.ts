import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { tagsOf } from './html.ts';
import { renderState } from './render.ts';
import type { State } from './render.ts';
import { states } from './states.ts';

const state = (view: string, name: string): State => {
  const found = states.find((candidate) => candidate.view === view && candidate.name === name);
  if (!found) throw new Error(`no state ${view} ${name}`);
  return found;
};
const html = (view: string, name: string) => renderState(state(view, name), 'en');

/** What password managers, tests and assistive technology hold on to: never changed without a reason. */
const fields: Record<string, string[]> = {
  'sign_in/login fresh': [
    'email email [username webauthn]',
    'password password [current-password]',
    'remember checkbox',
  ],
  'sign_in/login again': [
    'email email [username] readonly',
    'password password [current-password]',
    'remember checkbox',
  ],
  'sign_in/signup fresh': [
    'email email [username]',
    'new_password password [new-password]',
    'name text [name] optional',
  ],
  'sign_in/check_email sent': ['code text [one-time-code]'],
  'sign_in/complete_profile asked': ['email email [email]', 'name text [name] optional'],
  'sign_in/link_account all-ways': ['email hidden [username]', 'password password [current-password]'],
  'sign_in/recover fresh': ['email email [username]'],
  'sign_in/recover_sent waiting': [],
  'passwords/reset_password fresh': ['token hidden', 'email hidden [username]', 'new_password password [new-password]'],
  'passwords/account_password change': [
    'email hidden [username]',
    'password password [current-password]',
    'new_password password [new-password]',
    'end_others checkbox',
  ],
  'passwords/account_password set': [
    'email hidden [username]',
    'new_password password [new-password]',
    'end_others checkbox',
  ],
  'second_factors/add_totp fresh': ['code text [one-time-code]'],
  'second_factors/new_recovery_codes fresh': ['saved checkbox'],
  'consent/consent third-party': [],
  'sign_out/logout alone': ['xsrf hidden'],
};

describe('the fields', () => {
  it.each(Object.entries(fields))('of %s keep their names and what browsers know them by', (key, expected) => {
    const [view = '', name = ''] = key.split(' ');
    const inputs = tagsOf(html(view, name)).filter((tag) => tag.name === 'input' && tag.attributes['name'] !== '_csrf');
    const described = inputs.map(({ attributes }) => {
      const { type, autocomplete } = attributes;
      const rest = [
        ...(autocomplete ? [`[${autocomplete}]`] : []),
        ...('readonly' in attributes ? ['readonly'] : []),
        ...(type !== 'hidden' && type !== 'checkbox' && !('required' in attributes || 'readonly' in attributes)
          ? ['optional']
          : []),
      ];
      return [attributes['name'], type, ...rest].join(' ');
    });
    expect(described).toEqual(expected);
  });

  it('never come back with a password', () => {
    const passwords = states
      .flatMap((candidate) => tagsOf(renderState(candidate, 'en')))
      .filter(({ attributes }) => attributes['type'] === 'password');
    expect(passwords.length).toBeGreaterThan(5);
    expect(passwords.filter(({ attributes }) => 'value' in attributes)).toEqual([]);
  });

  it('keep the tick of "keep me signed in" when the page comes back', () => {
    const ticked = (name: string) =>
      tagsOf(html('sign_in/login', name)).some(({ attributes }) => 'checked' in attributes);
    expect([ticked('fresh'), ticked('wrong')]).toEqual([false, true]);
  });

  it('tell Safari the rule of new passwords', () => {
    expect(html('sign_in/signup', 'fresh')).toContain('passwordrules="minlength: 15; maxlength: 128;"');
  });
});

describe('the buttons', () => {
  it('of upstreams stand in the order they came, four at once and the rest under "More ways"', () => {
    const page = html('sign_in/login', 'many-ways');
    const ids = tagsOf(page).flatMap(({ attributes }) => attributes['data-upstream'] ?? []);
    expect(ids.slice(0, 6)).toEqual(['google', 'facebook', 'github', 'apple', 'kakao', 'naver']);
    expect(ids).toHaveLength(14);
    expect(page.indexOf('<details')).toBeGreaterThan(page.indexOf('data-upstream="apple"'));
    expect(page.indexOf('<details')).toBeLessThan(page.indexOf('data-upstream="kakao"'));
  });

  it('of fourteen upstreams weigh no more than 14 kB with the whole stylesheet', () => {
    const css = readFileSync(join(import.meta.dirname, '../../assets/look.css'));
    const page = gzipSync(html('sign_in/login', 'many-ways'));
    expect(page.length + gzipSync(css).length).toBeLessThan(14_000);
  });

  it('say in words that an upstream does not answer, and can be pressed all the same', () => {
    const page = html('sign_in/login', 'many-ways');
    const [, after = ''] = page.split('data-upstream="partner"');
    const button = after.slice(0, after.indexOf('</button>'));
    expect(button).toContain('Not answering now');
    expect(button).not.toContain('disabled');
  });

  it('of upstreams each go to their own action and name who was used last', () => {
    const page = html('sign_in/login', 'fresh');
    expect(page).toMatch(
      /data-upstream="google" formaction="\/interaction\/Vx3kQ\/upstream\/google".*?Last used.*?<\/button>/s,
    );
    expect(page.match(/Last used/g)).toHaveLength(1);
  });

  it('of consent decide allow or deny, and none has the focus', () => {
    const page = html('consent/consent', 'third-party');
    const decisions = tagsOf(page).filter(({ attributes }) => attributes['name'] === 'decision');
    expect(decisions.map(({ attributes }) => attributes['value'])).toEqual(['deny', 'allow']);
    expect(page).not.toContain('autofocus');
  });

  it('that reveal a password stay hidden until the script can serve them', () => {
    const [button] = tagsOf(html('sign_in/login', 'fresh')).filter(({ attributes }) => 'data-reveal' in attributes);
    expect(button?.attributes).toMatchObject({ hidden: 'hidden', type: 'button', 'aria-controls': 'password' });
  });
});

describe('what people see', () => {
  it('puts the host of a stranger before a name that borrows ours', () => {
    const page = html('consent/consent', 'borrowed-name');
    expect(page.indexOf('<h2>calendar.northwind.example</h2>')).toBeGreaterThan(0);
    expect(page).toContain('<p>Acme Rewards</p>');
  });

  it('is escaped, wherever it comes from', () => {
    const evil = '<img src=x onerror=alert(1)>"\'&';
    const { page } = state('sign_in/login', 'fresh');
    const shown = renderState(
      {
        ...state('sign_in/login', 'fresh'),
        title: { text: evil },
        page: {
          ...page,
          app: evil,
          note: evil,
          values: { email: evil },
          problems: [{ text: evil }, { field: 'email', text: evil }],
        },
      },
      'en',
    );
    expect(shown).not.toContain('<img src=x');
    expect(shown).not.toContain(`value="${evil}`);
  });

  it('keeps marks in values as text, so that nobody can bend a link', () => {
    const { page } = state('sign_in/check_email', 'sent');
    const masked = '<b>x</b></b><a href="https://evil.example">';
    const shown = renderState(
      { ...state('sign_in/check_email', 'sent'), page: { ...page, maskedEmail: masked } },
      'en',
    );
    expect(shown).not.toContain('<a href="https://evil.example"');
  });

  it('names the error and its reference, to be selected in one click', () => {
    const page = html('error', 'redirect_uri_mismatch');
    expect(page).toMatch(/<main[^>]*data-page="error"[^>]*data-error="redirect_uri_mismatch"/);
    expect(page).toContain('<code id="reference" data-reference="data-reference">7F3K2-92QDM</code>');
    expect(page).toContain('https://wiki.acme.example/&lt;callback&gt;/');
    expect(html('sign_in/login', 'cancelled')).toMatch(/data-page="login"[^>]*data-error="upstream_cancelled"/);
  });

  it('says on every page of a simulated provider that it is one', () => {
    for (const name of ['personas', 'unnamed'])
      expect(html('simulator/picker', name)).toMatch(/Simulation of \w+ - not the real \w+/);
    expect(html('simulator/error', 'refused')).toContain('Simulation of Google - not the real Google');
  });
});
