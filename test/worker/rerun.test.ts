import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { createKept } from '../../src/worker/create-kept.js';
import type { Lease } from '../../src/worker/ports.js';
import {
  BUILD,
  createWorld,
  keptDeps,
  leaseOf,
  planned,
  script,
  stuckTidying,
  until,
  type World,
} from './world.js';

const CHAIN = [
  planned('pre_build', script('true')),
  planned('build', BUILD),
  planned('integration', script('true')),
  planned('publish', { kind: 'publish' }),
  planned('post_build', script('true')),
];

/** A world in which the whole chain has run, and what it left is kept. */
async function finishedWorld() {
  const world = createWorld();
  const kept = createKept(keptDeps(world.deps, { keepMs: 1000 }));
  const run = (lease: Lease, change: Partial<World['deps']> = {}) =>
    world.execute(lease, { kept, ...change });
  expect(await run(leaseOf(CHAIN))).toBe('ended');
  const facts = new Map(world.story.facts);
  world.story.events.length = 0;
  world.engine.journal.length = 0;
  return {
    ...world,
    run,
    left: path.join(world.deps.workspaces, '7-chain'),
    /** Runs again but for these. */
    again: (...done: readonly string[]) =>
      run(
        leaseOf(CHAIN, {
          fence: 3,
          done: done.map((stage) => ({ stage, outcome: { kind: 'passed' }, facts: facts.get(stage) ?? {} })),
        }),
      ),
  };
}
type Finished = Awaited<ReturnType<typeof finishedWorld>>;

const started = ({ story }: Finished): readonly string[] =>
  story.events.flatMap((event) => (event.startsWith('started ') ? [event.slice('started '.length)] : []));
const notes = ({ story }: Finished, stage: string): string => story.facts.get(stage)?.notes?.join('\n') ?? '';
const built = ({ engine }: Finished): readonly string[] => [
  ...new Set([...engine.images.values()].map(({ id }) => id).filter((id) => id.startsWith('sha256:built'))),
];

const GOES_ON = 'ran again in the workspace that the last try left';

describe('a stage that is run again', () => {
  test('finds the workspace and the image that were left', async () => {
    const world = await finishedWorld();
    writeFileSync(path.join(world.left, 'code', 'made.txt'), 'x');
    const [image] = built(world);
    expect(await world.again('pre_build', 'build')).toBe('ended');
    expect(started(world)).toEqual(['integration', 'publish', 'post_build']);
    expect([notes(world, 'integration').includes(GOES_ON), notes(world, 'post_build')]).toEqual([true, '']);
    expect(world.checkout.count()).toBe(1);
    expect(existsSync(path.join(world.left, 'code', 'made.txt'))).toBe(true);
    expect(built(world)).toEqual([image]);
  });

  test('that is the job’s first finds the files of the commit, and only these', async () => {
    const world = await finishedWorld();
    writeFileSync(path.join(world.left, 'code', 'made.txt'), 'x');
    await world.again();
    expect(started(world)).toEqual(CHAIN.map(({ id }) => id));
    expect(existsSync(path.join(world.left, 'code', 'made.txt'))).toBe(false);
    expect(world.checkout.count()).toBe(2);
    expect(CHAIN.map(({ id }) => notes(world, id)).join()).not.toContain('again');
  });

  test('builds an image in place of the one that was left', async () => {
    const world = await finishedWorld();
    const [old] = built(world);
    await world.again('pre_build');
    expect(built(world)).toHaveLength(1);
    expect(built(world)).not.toContain(old);
  });

  test('says what was done before it where nothing was left, and nothing is published for that', async () => {
    const world = await finishedWorld();
    await createKept(keptDeps(world.deps)).sweep(7, 'chain');
    const over = new AbortController();
    const tidy = createKept(keptDeps(world.deps)).tidy(over.signal);
    await until(() => !existsSync(world.left));
    over.abort();
    await tidy;
    await world.again('pre_build', 'build', 'integration', 'publish');
    expect(started(world)).toEqual(['pre_build', 'build', 'integration', 'post_build']);
    expect(notes(world, 'post_build')).toBe(
      'the workspace that the last try left is gone: pre_build, build, integration ran again before it',
    );
    expect(world.engine.journal.filter((event) => event.startsWith('push'))).toEqual([]);
  });

  test('that needs only the image says so when it is gone', async () => {
    const world = await finishedWorld();
    for (const [name, { id }] of world.engine.images)
      if (id === built(world)[0]) world.engine.images.delete(name);
    await world.again('pre_build', 'build');
    expect(started(world)).toEqual(['build', 'integration', 'publish', 'post_build']);
    expect(notes(world, 'integration')).toBe(
      `the image that the last try left is gone: build ran again before it\n${GOES_ON}`,
    );
  });

  test('waits until the last owner has tidied up behind itself', async () => {
    const world = await finishedWorld();
    const tidied = stuckTidying(world.engine);
    const first = world.again('pre_build', 'build');
    await until(() => world.story.events.includes('job ended'));
    world.story.events.length = 0;
    const second = world.again('pre_build', 'build');
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(world.story.events).toEqual([]);
    tidied.open();
    await Promise.all([first, second]);
    expect(notes(world, 'integration')).toContain(GOES_ON);
  });
});
