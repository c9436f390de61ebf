import { afterEach, describe, expect, it } from '@jest/globals';
import { openDoor, type Door } from './door.ts';

describe('security.txt', () => {
  let door: Door;
  afterEach(() => door.close());

  it.each([
    ['help@acme.example', 'mailto:help@acme.example'],
    ['https://acme.example/security', 'https://acme.example/security'],
  ])('names the contact %s, the languages and an end within a year', async (support, contact) => {
    door = await openDoor({ issuer: 'https://id.acme.example', brand: { name: 'Acme', accent: '#0b5fff', support } });
    const answer = await door.ask('GET', '/.well-known/security.txt');
    expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
    const fields = Object.fromEntries(
      answer.text
        .trim()
        .split('\n')
        .map((line) => line.split(/: (.*)/)),
    );
    expect(fields).toMatchObject({
      Contact: contact,
      'Preferred-Languages': 'en, ko',
      Canonical: 'https://id.acme.example/.well-known/security.txt',
    });
    const days = (Date.parse(String(fields['Expires'])) - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(90);
    expect(days).toBeLessThan(365);
  });

  it('does not exist without a contact', async () => {
    door = await openDoor({ brand: { name: 'Acme', accent: '#0b5fff' } });
    expect((await door.ask('GET', '/.well-known/security.txt')).status).toBe(404);
  });
});
