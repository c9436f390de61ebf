// Preloaded into a server under test (node --import): its Date runs ahead by the seconds that a file says, which tests write.
import { readFileSync } from 'node:fs';

const file = process.env.GATEHOUSE_TEST_CLOCK;
const RealDate = Date;
const shifted = () => RealDate.now() + Number(readFileSync(file, 'utf8')) * 1000;

globalThis.Date = class extends RealDate {
  constructor(...parts) {
    if (parts.length === 0) super(shifted());
    else super(...parts);
  }

  static now() {
    return shifted();
  }
};
