import { AsyncLocalStorage } from 'node:async_hooks';
import Bowser from 'bowser';
import type Koa from 'koa';
import type { FindPlace } from './places.ts';
import type { Device } from './device.ts';
import { stateOf } from './request_state.ts';

/** Tells devices by their requests. */
export interface Devices {
  /** Remembers the request for `current`, through all that it causes. */
  middleware: Koa.Middleware;
  of(ctx: Koa.Context): Device;
  /** The device whose request is being answered; undefined in the background. */
  current(): Device | undefined;
}

/** Real user agents have some 200 characters. */
const LONGEST_USER_AGENT = 512;

// What is unknown to it the library repeats out of the header, which comes from a stranger: only its own words are shown.
const BROWSERS: ReadonlySet<string> = new Set(Object.values(Bowser.BROWSER_MAP));
const SYSTEMS: ReadonlySet<string> = new Set(Object.values(Bowser.OS_MAP));

/** Devices by user agent, and by place where a database of places is given. */
export function createDevices({ place }: { place: FindPlace } = { place: () => undefined }): Devices {
  const requests = new AsyncLocalStorage<Koa.Context>();
  const byUserAgent = rememberingUserAgents();
  const of = (ctx: Koa.Context): Device => {
    const state = stateOf(ctx);
    return (state.device ??= {
      ...byUserAgent(ctx.get('User-Agent').slice(0, LONGEST_USER_AGENT)),
      ...known('place', place(state.clientAddress)),
    });
  };
  return {
    middleware: (ctx, next) => requests.run(ctx, next),
    of,
    current() {
      const ctx = requests.getStore();
      return ctx && of(ctx);
    },
  };
}

/** Taking a header apart is a few hundred patterns; most people have one of a few. */
const MOST_KNOWN = 500;

function rememberingUserAgents(): typeof parseUserAgent {
  const parsed = new Map<string, ReturnType<typeof parseUserAgent>>();
  return (header) => {
    const device = parsed.get(header) ?? parseUserAgent(header);
    if (parsed.size >= MOST_KNOWN) parsed.clear();
    parsed.set(header, device);
    return device;
  };
}

function parseUserAgent(header: string): Pick<Device, 'browser' | 'os'> {
  if (header === '') return {};
  const { browser, os } = Bowser.parse(header);
  return { ...known('browser', oneOf(BROWSERS, browser.name)), ...known('os', oneOf(SYSTEMS, os.name)) };
}

function oneOf(words: ReadonlySet<string>, word: string | undefined): string | undefined {
  return word !== undefined && words.has(word) ? word : undefined;
}

/** A member that is there, or none at all. */
function known<Name extends keyof Device>(name: Name, value: string | undefined): Pick<Device, Name> | object {
  return value === undefined ? {} : { [name]: value };
}
