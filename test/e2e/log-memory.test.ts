import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Apart, openApart } from './support/apart.js';
import { finishedRun } from './support/finished.js';
import { forgetPeak, memoryOf } from './support/memory.js';
import { useWorld } from './support/use-world.js';
import type { World } from './support/world.js';

const MIB = 1024 * 1024;
const POOL = 4;
const WARM_UP = 8;
const LOUD = 200;
/** MiB, of all processes together. */
const MOST_GROWN = 64;

/**
 * Prints so many MiB: characters, with line ends now and then, and carriage returns, zeros, other controls, and bytes
 * that are no UTF-8; then, on a line of its own, the digest of that.
 */
const noise = (mebibytes: number): string => `
head -c ${String(POOL * MIB)} /dev/urandom | tr '\\200-\\337' ' -~' | tr '\\340-\\374' 'A-]' > pool
noise() { for i in $(seq ${String(mebibytes / POOL)}); do cat pool; done; }
noise
echo
noise | sha256sum
`;

const HEADING = '$ sh noise.sh\n';

interface Heard {
  /** MiB that each process had more than before, at the most, while the stage ran. */
  readonly grown: readonly number[];
  readonly printed: string | undefined;
  readonly kept: string;
}

async function hear(world: World, name: string, mebibytes: number, pids: readonly number[]): Promise<Heard> {
  await Promise.all(pids.map(forgetPeak));
  const before = await Promise.all(pids.map(memoryOf));
  const run = await finishedRun(world, {
    repository: `acme/${name}`,
    files: {
      'caicloud.yml': `integration:\n  image: cyclone-test/busybox:1\n  commands: ['sh noise.sh']\n`,
      'noise.sh': noise(mebibytes),
    },
  });
  const after = await Promise.all(pids.map(memoryOf));
  expect(run.conclusions).toMatchObject({ 'cyclone/integration': 'success' });

  const { pathname } = new URL(run.check('cyclone/integration').detailsUrl ?? '');
  const raw = Buffer.from(await (await fetch(`${world.server().url}${pathname}/log`)).arrayBuffer());
  const start = raw.indexOf(HEADING) + HEADING.length;
  const end = start + mebibytes * MIB;
  return {
    grown: after.map(({ peak }, index) => peak - (before[index]?.now ?? 0)),
    printed: /^\n([0-9a-f]{64}) /.exec(raw.toString('latin1', end, end + 128))?.[1],
    kept: createHash('sha256').update(raw.subarray(start, end)).digest('hex'),
  };
}

/** What a process needs for its first log it needs once. */
async function hearLoud(world: World, pids: readonly number[]): Promise<void> {
  await hear(world, 'quiet', WARM_UP, pids);
  const { grown, printed, kept } = await hear(world, 'loud', LOUD, pids);
  expect(kept).toBe(printed);
  expect(grown.reduce((sum, one) => sum + one, 0)).toBeLessThan(MOST_GROWN);
}

describe(`a stage that prints ${String(LOUD)} MiB`, () => {
  const world = useWorld();

  test('is kept to the byte by one process, in memory that does not depend on it', async () => {
    await hearLoud(world, [world.server().pid]);
  }, 180_000);
});

describe(`a stage that prints ${String(LOUD)} MiB elsewhere`, () => {
  let apart: Apart;
  beforeAll(async () => {
    apart = await openApart();
    await apart.world.start({ CYCLONE_ROLE: 'server' });
  }, 60_000);
  afterAll(() => apart.close(), 60_000);

  test('is kept to the byte by a worker and a server, in memory that does not depend on it', async () => {
    const worker = await apart.startWorker('one');
    await hearLoud(apart.world, [apart.world.server().pid, worker.pid]);
  }, 180_000);
});
