import { maskAddress } from '../../src/kit/addresses.ts';
import type { Exchange } from '../support/http_browser/transport.ts';

/** What differs between any two answers, whoever they are about: random values, the address that was typed, the clock. */
export function normalised(answers: Exchange[], address: string): string {
  return answers.map((answer) => describeAnswer(answer, address)).join('\n\n');
}

function describeAnswer({ status, headers, body }: Exchange, address: string): string {
  // The length follows from the body, which is compared; a second more or less on the clock changes it.
  const { date: _date, 'x-request-id': _id, 'content-length': _length, 'set-cookie': cookies = [], ...rest } = headers;
  const names = cookies.map((line) => line.replace(/^([^=]+)=[^;]*/, '$1=…').replace(/expires=[^;]*/i, 'expires=…'));
  const lines = [
    `status ${status}`,
    ...Object.entries(rest).map(([name, value]) => `${name}: ${String(value)}`),
    ...names.map((line) => `set-cookie: ${line}`),
    '',
    body,
  ];
  return lines
    .join('\n')
    .replaceAll(/\/interaction\/[\w-]{20,}/g, '/interaction/…')
    .replaceAll(/(name="_csrf" value)="[^"]*"/g, '$1="…"')
    .replaceAll(encodeURIComponent(address), 'ADDRESS')
    .replaceAll(address, 'ADDRESS')
    .replaceAll(maskAddress(address), 'MASKED')
    .replaceAll(/[A-Z0-9]{5}-[A-Z0-9]{5}/g, 'REFERENCE')
    .replaceAll(/"(challenge|id)":"[\w-]{20,}"/g, '"$1":"…"')
    .replaceAll(/\b([1-5]?\d seconds?|1 minute)|data-count="\d+"/g, 'WAIT');
}

/** The first line in which two answers differ, for whoever has to find out why. */
export function firstDifference(left: string, right: string): string {
  const [lefts, rights] = [left.split('\n'), right.split('\n')];
  const at = lefts.findIndex((line, index) => line !== rights[index]);
  return `${lefts[at] ?? '(nothing)'} | ${rights[at] ?? '(nothing)'}`;
}

/** The middle of the values; the mean of the two middle ones of an even number. */
export function median(values: number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const [low = 0, high = 0] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[Math.floor(sorted.length / 2)]];
  return (low + high) / 2;
}

/** The classes in a new order: what one request leaves behind falls on each of the others alike. */
export function shuffled<Item>(items: readonly Item[]): Item[] {
  return items
    .map((item) => ({ item, at: Math.random() }))
    .toSorted((left, right) => left.at - right.at)
    .map(({ item }) => item);
}
