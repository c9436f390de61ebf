// Preloaded into a server under test (node --import): its Date runs ahead by the seconds that a file says, which tests write.
import { openSync, readSync } from 'node:fs';

// Asked thousands of times in each test file: the file stays open.
const file = openSync(process.env.GATEHOUSE_TEST_CLOCK, 'r');
const text = Buffer.alloc(16);
const RealDate = Date;
const ahead = () => Number(text.latin1Slice(0, readSync(file, text, 0, text.length, 0)));
const shifted = () => RealDate.now() + ahead() * 1000;

globalThis.Date = class extends RealDate {
  constructor(...parts) {
    if (parts.length === 0) super(shifted());
    else super(...parts);
  }

  static now() {
    return shifted();
  }
};
