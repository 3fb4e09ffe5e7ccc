import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { createKept } from '../../src/worker/create-kept.js';
import { writeKeptMark } from '../../src/worker/kept-mark.js';
import { workspaceOf, writeMark } from '../../src/worker/workspace.js';
import {
  BUILD,
  createWorld,
  keptDeps,
  leaseOf,
  planned,
  SHA,
  script,
  stuckTidying,
  until,
  type World,
} from './world.js';

const HOUR = 3600_000;
const WEEK = 7 * 24 * HOUR;
const CHAIN = [
  planned('pre_build', script('true')),
  planned('build', BUILD),
  planned('integration', script('true')),
];

/** A worker that keeps for an hour; `free` of its disk may be changed. */
function keeper(options: Parameters<typeof createWorld>[0] = {}, keepMs = HOUR) {
  const world = createWorld(options);
  const disk = { free: 1 };
  const open = () => createKept(keptDeps(world.deps, { keepMs, free: async () => disk.free }));
  const kept = open();
  return {
    ...world,
    disk,
    kept,
    reopen: open,
    run: (lease: Parameters<World['execute']>[0]) => world.execute(lease, { kept }),
  };
}
type Keeper = ReturnType<typeof keeper>;

const there = ({ deps }: Keeper): readonly string[] => readdirSync(deps.workspaces).sort();
const images = ({ engine }: Keeper): readonly string[] =>
  [...engine.images.values()].map(({ id }) => id).filter((id) => id.startsWith('sha256:built'));

/** Tidies in the background until the test ends it. */
function tidying(kept: Keeper['kept']): { readonly end: () => Promise<void> } {
  const over = new AbortController();
  const life = kept.tidy(over.signal);
  return {
    end: () => {
      over.abort();
      return life;
    },
  };
}

/** As a job that ended then left it. */
async function left({ deps }: Keeper, run: number, at: number, image?: string): Promise<string> {
  const { root, code } = workspaceOf(deps.workspaces, run, 'chain');
  mkdirSync(code, { recursive: true });
  await writeKeptMark(root, { run, job: 'chain', at, image });
  return root;
}

/** As a job that is not over left it, so long ago. */
function abandon({ clock, deps }: Keeper, name: string, ms: number): void {
  const root = path.join(deps.workspaces, name);
  mkdirSync(root);
  const then = new Date(clock.now() - ms);
  utimesSync(root, then, then);
}

describe('a job that is over', () => {
  test('leaves its workspace and its image, and nothing else', async () => {
    const worker = keeper();
    await worker.run(leaseOf(CHAIN));
    expect(there(worker)).toEqual(['7-chain']);
    expect(existsSync(path.join(worker.deps.workspaces, '7-chain/code/Dockerfile'))).toBe(true);
    expect(images(worker)).toHaveLength(1);
    expect([...worker.engine.containers, ...worker.engine.networks]).toEqual([]);
  });

  test('that failed leaves them as well', async () => {
    const worker = keeper({ programs: { integration: () => 1 } });
    await worker.run(leaseOf(CHAIN));
    expect(worker.story.outcomes.get('integration')).toMatchObject({ kind: 'failed' });
    expect([there(worker), images(worker).length]).toEqual([['7-chain'], 1]);
  });

  test('of one stage leaves nothing: it would begin anew', async () => {
    const worker = keeper();
    await worker.run(leaseOf([planned('pre_build', script('true'))]));
    expect(there(worker)).toEqual([]);
  });

  test('whose files never came leaves nothing', async () => {
    const worker = keeper({ images: { alpine: {} } });
    await worker.execute(leaseOf(CHAIN), {
      kept: worker.kept,
      checkout: { ...worker.deps.checkout, checkout: () => Promise.reject(new Error('no network')) },
    });
    expect(there(worker)).toEqual([]);
  });

  test('leaves the mark of its image where only that is of use', async () => {
    const worker = keeper();
    await worker.run(leaseOf([planned('build', BUILD)]));
    expect(readdirSync(path.join(worker.deps.workspaces, '7-chain'))).toEqual(['kept.json']);
    expect(images(worker)).toHaveLength(1);
  });

  test('leaves nothing where nothing is kept', async () => {
    const worker = keeper({}, 0);
    await worker.run(leaseOf(CHAIN));
    expect([there(worker), images(worker)]).toEqual([[], []]);
  });
});

describe('what is kept', () => {
  test('goes when its time is over, to the millisecond, with its image', async () => {
    const worker = keeper();
    const tidy = tidying(worker.kept);
    await worker.run(leaseOf(CHAIN));
    worker.clock.advance(HOUR - 1);
    await setImmediate();
    expect(there(worker)).toEqual(['7-chain']);
    worker.clock.advance(1);
    await until(() => there(worker).length === 0);
    expect(images(worker)).toEqual([]);
    await tidy.end();
  });

  test('has the age that it had when the worker is started again', async () => {
    const worker = keeper();
    await left(worker, 1, worker.clock.now());
    worker.clock.advance(HOUR / 2);
    await left(worker, 2, worker.clock.now());
    worker.clock.advance(HOUR / 2);
    const tidy = tidying(worker.reopen());
    await until(() => there(worker).length === 1);
    expect(there(worker)).toEqual(['2-chain']);
    worker.clock.advance(HOUR / 2);
    await until(() => there(worker).length === 0);
    await tidy.end();
  });

  test('stays while somebody has it, however old', async () => {
    const worker = keeper();
    worker.clock.advance(10 * WEEK);
    abandon(worker, '1-chain', 2 * WEEK);
    const held = await worker.kept.take(1, 'chain');
    await tidying(worker.kept).end();
    expect(there(worker)).toEqual(['1-chain']);
    held.release();
    await tidying(worker.kept).end();
    expect(there(worker)).toEqual([]);
  });

  test('stays while its job still tidies up, however old and however short the disk', async () => {
    const worker = keeper();
    const tidied = stuckTidying(worker.engine);
    const run = worker.run(leaseOf(CHAIN));
    await until(() => existsSync(path.join(worker.deps.workspaces, '7-chain/kept.json')));
    worker.clock.advance(HOUR);
    worker.disk.free = 0;
    await tidying(worker.kept).end();
    (await worker.kept.take(8, 'chain')).release();
    expect(there(worker)).toEqual(['7-chain']);
    tidied.open();
    await run;
    await tidying(worker.kept).end();
    expect(there(worker)).toEqual([]);
  });

  test('makes room on a disk that is short, the oldest first and no more than need be', async () => {
    const worker = keeper();
    for (const [run, at] of [
      [1, 30],
      [2, 10],
      [3, 20],
      [4, 40],
    ] as const)
      await left(worker, run, at, `sha256:${run}`);
    worker.disk.free = 0.05;
    const removeImage = worker.engine.removeImage.bind(worker.engine);
    worker.engine.removeImage = async (image) => {
      worker.disk.free += 0.03;
      await removeImage(image);
    };
    (await worker.kept.take(5, 'chain')).release();
    expect(there(worker)).toEqual(['1-chain', '4-chain']);
  });

  test('stays known while the engine is away', async () => {
    const worker = keeper();
    const root = await left(worker, 1, -WEEK, 'sha256:old');
    worker.engine.away = true;
    const tidy = tidying(worker.kept);
    await until(() => worker.warnings.includes('kept workspace not removed'));
    expect(existsSync(path.join(root, 'kept.json'))).toBe(true);
    worker.engine.away = false;
    worker.clock.advance(24 * HOUR);
    await until(() => there(worker).length === 0);
    expect(worker.engine.journal).toContain('remove image sha256:old');
    await tidy.end();
  });

  test('is not what a job that is not over has there, unless nobody came for it for a week', async () => {
    const worker = keeper();
    worker.clock.advance(10 * WEEK);
    abandon(worker, '1-chain', WEEK - 1000);
    abandon(worker, '2-chain', WEEK + 1000);
    writeFileSync(path.join(worker.deps.workspaces, '1-chain', 'kept.json'), '{"run":1,');
    abandon(worker, '3-chain', 0);
    const tidy = tidying(worker.kept);
    await until(() => there(worker).length === 2);
    expect(there(worker)).toEqual(['1-chain', '3-chain']);
    await tidy.end();
  });
});

describe('a job whose worker died before it tidied up', () => {
  const dead = async (worker: Keeper): Promise<void> => {
    const workspace = workspaceOf(worker.deps.workspaces, 7, 'chain');
    mkdirSync(workspace.code, { recursive: true });
    await writeMark(workspace, { sha: SHA, options: { submodules: false, lfs: false }, borrowed: [] });
  };

  test('leaves its workspace from now on', async () => {
    const worker = keeper();
    await dead(worker);
    worker.clock.advance(5);
    await worker.kept.sweep(7, 'chain');
    expect(worker.engine.journal).toEqual(['reap with images']);
    expect((await worker.kept.take(7, 'chain')).earlier).toMatchObject({ run: 7, job: 'chain', at: 5 });
  });

  test('leaves nothing where nothing is kept', async () => {
    const worker = keeper({}, 0);
    await dead(worker);
    await worker.kept.sweep(7, 'chain');
    expect(there(worker)).toEqual([]);
  });

  test('is left alone when it is run again by now', async () => {
    const worker = keeper({}, 0);
    await dead(worker);
    const held = await worker.kept.take(7, 'chain');
    await worker.kept.sweep(7, 'chain');
    expect([worker.engine.journal, there(worker)]).toEqual([[], ['7-chain']]);
    held.release();
  });

  test('keeps the age of what its job left', async () => {
    const worker = keeper();
    await worker.run(leaseOf(CHAIN));
    worker.clock.advance(50);
    await worker.kept.sweep(7, 'chain');
    expect((await worker.kept.take(7, 'chain')).earlier?.at).toBe(0);
  });
});
