import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import type { LinesJson } from '../../src/web/log-protocol.js';
import { NODE, nodeImage } from '../contract/support/images.js';
import { gitPush } from '../e2e/support/push.js';
import type { World } from '../e2e/support/world.js';
import { eventsOf } from '../web/events.js';
import { summaryOf } from './measure.js';
import type { Row } from './report.js';
import { withSystem } from './whole-system.js';

const LINES_A_SECOND = 20_000;
const TICK_MS = 20;
const SECONDS = 8;
/** Before that the page is opened, and what was printed until then comes at once. */
const SETTLED_MS = 2000;

/** Prints so many lines a second, each with the time at which it was printed, in milliseconds since the epoch. */
const PRINTER = `
const each = ${(LINES_A_SECOND * TICK_MS) / 1000};
let left = ${(SECONDS * 1000) / TICK_MS};
const tick = setInterval(() => {
  const at = Date.now();
  process.stdout.write(Array.from({ length: each }, (_, n) => 'at=' + at + ' case ' + n + ' compiled, all is well\\n').join(''));
  if (--left === 0) clearInterval(tick);
}, ${TICK_MS});
`;

/** From the moment that a container prints a line until it is at the socket of a browser that follows. */
export async function liveRows(): Promise<readonly Row[]> {
  await nodeImage();
  return await withSystem({}, async (world) => [
    {
      name: `${LINES_A_SECOND.toLocaleString('en')} lines/s: printed to the browser's socket`,
      ours: summaryOf(await followed(world)),
      reference: { name: 'docker run, read from its stdout', sample: summaryOf(await printed()) },
      goal: { of: 'p95', atMost: 150 },
    },
  ]);
}

/** How late the newest line of each event is. */
async function followed(world: World): Promise<readonly number[]> {
  const repository = 'acme/printer';
  const pipeline = `integration:\n  image: ${NODE}\n  commands: [node printer.mjs]\n`;
  const sha = await gitPush(world.github, {
    repository,
    files: { 'caicloud.yml': pipeline, 'printer.mjs': PRINTER },
  });
  const check = await world.github.waitFor(() =>
    world.github.checkRuns(repository, sha).find(({ state }) => state.name === 'cyclone/integration'),
  );
  const { pathname } = new URL(check.state.detailsUrl ?? '');
  const [answer] = (await once(get(`${world.server().url}${pathname}/log/events?from=1`), 'response')) as [
    IncomingMessage,
  ];
  const lateness = latenessMeter();
  for await (const { event, data } of eventsOf(answer)) {
    if (event === 'lines') lateness.saw((JSON.parse(data) as LinesJson).lines.at(-1)?.text);
  }
  return lateness.seen;
}

async function printed(): Promise<readonly number[]> {
  const child = spawn('docker', ['run', '--rm', NODE, 'node', '-e', PRINTER], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lateness = latenessMeter();
  for await (const line of createInterface({ input: child.stdout })) lateness.saw(line);
  return lateness.seen;
}

interface LatenessMeter {
  readonly seen: readonly number[];
  saw(line: string | undefined): void;
}

function latenessMeter(): LatenessMeter {
  const seen: number[] = [];
  let since: number | undefined;
  return {
    seen,
    saw(line) {
      const at = Number(/^at=(\d+)/.exec(line ?? '')?.[1]);
      if (Number.isNaN(at)) return;
      since ??= at;
      if (at - since > SETTLED_MS) seen.push(Date.now() - at);
    },
  };
}
