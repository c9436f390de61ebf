import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';

const [, ...decisions] = readFileSync(new URL('../../docs/decisions.md', import.meta.url), 'utf8').split(/^## /m);

it.each(decisions.map((decision) => [decision.split('\n', 1)[0], decision]))(
  'the decision of %s has a context, a choice and a price',
  (_, decision) => {
    expect(decision).toMatch(/^\d{4}-\d\d-\d\d .+\n\nContext: .+\nChoice: .+\nPrice: .+\n+$/);
  },
);
