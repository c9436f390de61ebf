import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { readClaims, readJsonObject } from '../../accounts/index.ts';
import { parseAddress } from '../../kit/addresses.ts';
import { sentenceOf } from '../../kit/errors.ts';
import { translator } from '../../locales/index.ts';
import type { Call, ChangingRooms, Command } from '../command.ts';
import { withRooms } from '../contexts.ts';
import { print, refuse } from '../output.ts';
import { readAll } from './standard_input.ts';

/** `accounts create`. */
export const createCommand: Command = {
  name: 'accounts create',
  args: '<address>',
  takes: { least: 1, most: 1 },
  options: {
    name: { value: 'name', says: 'what the person is called' },
    verified: { says: 'the address is known to belong to the person' },
    locale: { value: 'tag', says: 'the language of the person, such as ko' },
    claims: { value: 'file.json', says: 'an object of further claims, such as { "nickname": "Ada" }' },
    'password-stdin': { says: 'read a password from standard input' },
  },
  summary: 'make an account; its person chooses a password by "Forgot password?"',
  run: (call) => withRooms(call, (rooms) => create(call, rooms)),
};

type Read<Value> = { ok: true; value: Value } | { ok: false; reason: string };

async function create(call: Call, { accounts, passwords }: ChangingRooms): Promise<number> {
  const address = parseAddress(call.args[0] ?? '');
  if (!address) return refuse(call, 'that is no plain address');
  const claims = await readClaimsOfCall(call);
  if (!claims.ok) return refuse(call, claims.reason);
  const password = await passwordOf(call, passwords, address.canonical);
  if (!password.ok) return refuse(call, password.reason);
  const { profile, locale } = claims.value;
  const verified = call.flags.has('verified');
  const account = await accounts.create({ address, verified, profile, locale, passwordHash: password.value });
  if (!account) return refuse(call, 'the address has an account already; `accounts show` with the address shows it');
  const { id } = account;
  print(call, { id, address: address.stored, verified }, () => `${id}\n${howTheyGetIn(password.value, verified)}`);
  return 0;
}

function howTheyGetIn(passwordHash: string | undefined, verified: boolean): string {
  if (passwordHash === undefined) {
    return 'Its person chooses "Forgot password?" on the sign-in page to set a password, or comes through an upstream.';
  }
  return `Its person signs in with that password${verified ? '' : '; the first time a code is mailed to the address'}.`;
}

/** The claims of the file, and those that have an option of their own, which win. */
async function readClaimsOfCall(call: Call): Promise<Read<Extract<ReturnType<typeof readClaims>, { ok: true }>>> {
  const { name, locale, claims: file } = call.texts;
  const further = file === undefined ? { ok: true as const, value: {} } : await readObject(resolve(call.io.cwd, file));
  if (!further.ok) return further;
  const typed = { ...(name !== undefined && { name }), ...(locale !== undefined && { locale }) };
  const read = readClaims({ ...further.value, ...typed });
  return read.ok ? { ok: true, value: read } : read;
}

async function readObject(path: string): Promise<Read<Record<string, unknown>>> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    return { ok: false, reason: sentenceOf(error) };
  }
  const read = readJsonObject(text);
  return read.ok ? { ok: true, value: read.members } : { ok: false, reason: `${path} ${read.reason}` };
}

/** The hash of the password on standard input, which keeps to the rules of a new one; undefined when none was promised. */
async function passwordOf(
  { io, flags }: Call,
  passwords: ChangingRooms['passwords'],
  address: string,
): Promise<Read<string | undefined>> {
  if (!flags.has('password-stdin')) return { ok: true, value: undefined };
  if (io.stdin.isTTY) return { ok: false, reason: 'a terminal shows what is typed: send the password through a pipe' };
  const password = await readAll(io);
  if (password === undefined) return { ok: false, reason: 'the password is no text' };
  const t = translator('en');
  const [problem] = await passwords.problems(password, { address });
  if (problem) return { ok: false, reason: t(problem.key, problem.values) };
  return { ok: true, value: await passwords.hash(password) };
}
