/** What the launcher tests launch: prints one JSON line when it is up, names each signal, and ends at the first one with code 7. */
const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

const alive = setInterval(() => {}, 60_000);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    say({ signal });
    clearInterval(alive);
    process.exitCode = 7;
  });
}
say({ pid: process.pid, args: process.argv.slice(2) });
