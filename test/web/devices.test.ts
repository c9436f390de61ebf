import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDevices, openPlaces, type Device } from '../../src/web/index.ts';
import type { FindPlace } from '../../src/web/places.ts';
import { placeDatabase } from '../support/place_database.ts';
import { openDoor, type Door } from './door.ts';

const agents = [
  ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', { browser: 'Firefox', os: 'Linux' }],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36 Edg/142.0',
    { browser: 'Microsoft Edge', os: 'Windows' },
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1',
    { browser: 'Safari', os: 'iOS' },
  ],
  ['', {}],
  ['<b>Your bank</b>/1.0 (call 555)', {}],
  ['Call 555-1234 at once/1 x', {}],
  [`Firefox/140.0 ${'x'.repeat(6000)}`, { browser: 'Firefox' }],
] as const;

describe('a device', () => {
  let folder: string;
  let door: Door;
  let findPlace: FindPlace;
  const current: (Device | undefined)[] = [];
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gatehouse-places-'));
    const file = join(folder, 'places.mmdb');
    const place = { city: { names: { en: 'Seoul', de: 'Seoul' } }, country: { names: { en: 'South Korea' } } };
    writeFileSync(file, placeDatabase([198, 51], place));
    findPlace = (await openPlaces(file)).find;
    const devices = createDevices({ place: findPlace });
    door = await openDoor({ devices, http: { trusted_hops: 1 } }, ({ router, device }) => {
      router.get('/device', async (ctx) => {
        ctx.body = device(ctx);
        await Promise.resolve();
        current.push(devices.current());
      });
    });
    current.push(devices.current());
  });
  afterAll(async () => {
    await door.close();
    rmSync(folder, { recursive: true });
  });

  const deviceOf = async (headers: Record<string, string>) =>
    JSON.parse((await door.ask('GET', '/device', { headers })).text) as Device;

  it.each(agents)('of %.40s is told in words of ours alone', async (userAgent, device) => {
    expect(await deviceOf({ 'user-agent': userAgent })).toEqual(device);
  });

  it('has a coarse place, where the database knows its address', async () => {
    expect(await deviceOf({ 'x-forwarded-for': '198.51.100.7' })).toEqual({ place: 'Seoul, South Korea' });
    expect(await deviceOf({ 'x-forwarded-for': '203.0.113.7' })).toEqual({});
    expect(await deviceOf({ 'x-forwarded-for': '2001:db8::1' })).toEqual({});
  });

  it('is known to whatever its request causes, and to nothing else', async () => {
    const [before] = current.splice(0);
    expect(before).toBeUndefined();
    await Promise.all([deviceOf({ 'user-agent': agents[0][0] }), deviceOf({ 'user-agent': agents[2][0] })]);
    expect(new Set(current.map((device) => device?.browser))).toEqual(new Set(['Firefox', 'Safari']));
  });

  it('has no place without a database, and a file that is none stops the start', async () => {
    expect((await openPlaces(undefined)).find('198.51.100.7')).toBeUndefined();
    expect(findPlace('')).toBeUndefined();
    const broken = join(folder, 'broken.mmdb');
    writeFileSync(broken, 'no database');
    const places = await openPlaces(undefined);
    await expect(places.prepare(broken)).rejects.toThrow('places.database cannot be read');
    const commit = await places.prepare(join(folder, 'places.mmdb'));
    expect(places.find('198.51.100.7')).toBeUndefined();
    commit();
    expect(places.find('198.51.100.7')).toBe('Seoul, South Korea');
    await expect(openPlaces(broken)).rejects.toThrow('places.database cannot be read');
  });
});
