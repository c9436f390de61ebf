// The other side of steady_load.ts. Ends when its parent lets go of it.
import { SERVICE } from './bench_world.ts';
import type { Sample } from './steady_load.ts';

const [issuer = '', rate = '1'] = process.argv.slice(2);
const MILLISECONDS_BETWEEN = 1000 / Number(rate);
let timer: NodeJS.Timeout | undefined;
let open: Promise<Sample>[] = [];

const send = {
  token: () =>
    fetch(`${issuer}/oidc/token`, {
      method: 'POST',
      body: new URLSearchParams({ ...SERVICE, grant_type: 'client_credentials' }),
    }),
  jwks: () => fetch(`${issuer}/oidc/jwks`),
};

async function measure(what: Sample['what'], due: number): Promise<Sample> {
  const ok = await send[what]().then(
    async (answer) => answer.ok && (await answer.text()) !== '',
    () => false,
  );
  return { what, milliseconds: performance.now() - due, ok };
}

function begin(): void {
  open = [];
  let due = performance.now();
  timer = setInterval(() => {
    // A late timer sends all that is due, and the time it was late counts.
    for (; due <= performance.now(); due += MILLISECONDS_BETWEEN)
      open.push(measure('token', due), measure('jwks', due));
  }, 1);
}

process.on('message', (word: 'begin' | 'end') => {
  if (word === 'begin') return begin();
  clearInterval(timer);
  void Promise.all(open).then((samples) => process.send?.(samples));
});
