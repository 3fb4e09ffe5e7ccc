import { readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Lease } from '../../src/worker/ports.js';
import { BUILD, bareCheckout, createWorld, IMAGE, leaseOf, planned, script, type World } from './world.js';

const CHAIN = [
  planned('pre_build', script('true')),
  planned('build', BUILD),
  planned('integration', script('true')),
  planned('publish', { kind: 'publish' }),
  planned('post_build', script('true')),
];

/** As the first owner's events have it: with what it said of each stage, if there was one. */
const ended = (world: World, ...stages: readonly string[]): Lease['done'] =>
  stages.map((stage) => ({
    stage,
    outcome: { kind: 'passed' },
    facts: world.story.facts.get(stage) ?? {},
  }));

/** A world in which a first owner gave the job back behind this stage. */
async function handedOver(after: string): Promise<World> {
  const world = createWorld();
  const { observer } = world.deps;
  const stageEnded = observer.stageEnded.bind(observer);
  observer.stageEnded = async (stage, outcome, facts) => {
    if (stage === after) world.soft.abort('the worker shuts down');
    await stageEnded(stage, outcome, facts);
  };
  expect(await world.execute(leaseOf(CHAIN))).toBe('returned');
  world.story.events.length = 0;
  world.engine.journal.length = 0;
  return world;
}

/** Of the image that the first owner built. */
const idOf = (world: World): string => world.story.facts.get('build')?.imageDigest ?? '';

const next = (world: World, over: Partial<Lease>): Promise<'ended' | 'returned'> =>
  world.execute(leaseOf(CHAIN, { fence: 2, ...over }), {
    drain: { soft: new AbortController().signal, hard: new AbortController().signal },
  });

const started = (world: World): readonly string[] =>
  world.story.events
    .filter((event) => event.startsWith('started'))
    .map((event) => event.slice('started '.length));

describe('a job that is taken over', () => {
  test('goes on behind what was done, in the same workspace', async () => {
    const world = await handedOver('build');
    expect(await next(world, { done: ended(world, 'pre_build', 'build') })).toBe('ended');
    expect(started(world)).toEqual(['integration', 'publish', 'post_build']);
    expect(world.checkout.count()).toBe(1);
    expect(world.engine.registry.has(IMAGE)).toBe(true);
    expect(readdirSync(world.deps.workspaces)).toEqual([]);
    expect([...world.engine.images.keys()]).toEqual(['alpine']);
  });

  test('reaps what the older owner left, behind its fence and before anything else', async () => {
    const world = await handedOver('pre_build');
    await next(world, { done: ended(world, 'pre_build') });
    expect(world.story.events[0]).toBe('job started');
    expect(world.engine.journal[0]).toBe('reap');
  });

  test('has nothing to reap when there was no older owner, and does not ask for it', async () => {
    const world = createWorld();
    await world.execute(leaseOf(CHAIN, { fence: 1 }));
    expect(world.story.outcomes.get('post_build')).toEqual({ kind: 'passed' });
    expect(world.engine.journal).not.toContain('reap');
    expect(world.engine.journal).toContain('reap with images');
  });

  test('begins anew when the workspace is gone, and says so', async () => {
    const world = createWorld();
    await next(world, { done: ended(world, 'pre_build') });
    expect(started(world)).toEqual(['pre_build', 'build', 'integration', 'publish', 'post_build']);
    expect(world.story.facts.get('pre_build')?.notes?.join()).toMatch(/workspace .* is gone/);
    expect(world.story.facts.get('build')?.notes?.join()).toMatch(/is gone: pre_build ran again before it/);
  });

  test('begins anew when the checkout was left half done', async () => {
    const world = createWorld();
    const stuck = bareCheckout(() => new Promise<never>(() => undefined));
    const first = world.execute(leaseOf(CHAIN), { checkout: stuck });
    world.hard.abort('gone');
    await first;
    world.story.events.length = 0;
    await next(world, {});
    expect(world.checkout.count()).toBe(1);
    expect(world.story.outcomes.get('post_build')).toEqual({ kind: 'passed' });
  });

  test('builds again when only the image is gone', async () => {
    const world = await handedOver('build');
    for (const [name, image] of world.engine.images)
      if (image.id === idOf(world)) world.engine.images.delete(name);
    await next(world, { done: ended(world, 'pre_build', 'build') });
    expect(started(world)).toEqual(['build', 'integration', 'publish', 'post_build']);
  });

  test.each(['the plan’s name', 'the run’s own name'])(
    'goes on with the image that was recorded, though %s is another’s by now',
    async (which) => {
      const world = await handedOver('build');
      const built = idOf(world);
      const [own = ''] = [...world.engine.images].find(([, { id }]) => id === built) ?? [];
      const theirs = { ...world.engine.images.get(own)!, id: 'sha256:theirs', labels: {} };
      const image = world.engine.images.get(own)!;
      world.engine.images.set('a name that we do not know', image);
      world.engine.images.set(which === 'the plan’s name' ? IMAGE : own, theirs);
      await next(world, { done: ended(world, 'pre_build', 'build') });
      expect(started(world)).toEqual(['integration', 'publish', 'post_build']);
      expect(world.engine.registry.get(IMAGE)).toBe(`sha256:digest-of-${built.slice('sha256:'.length)}`);
    },
  );

  test('leaves no image that an earlier owner built, also when another was built in its place', async () => {
    const world = await handedOver('build');
    const old = idOf(world);
    rmSync(world.deps.workspaces, { recursive: true });
    await next(world, { done: ended(world, 'pre_build', 'build') });
    expect(started(world)).toContain('build');
    expect([...world.engine.images.values()].map(({ id }) => id)).not.toContain(old);
    expect([...world.engine.images.keys()]).toEqual(['alpine']);
  });

  test('builds again when what has the name now is another image', async () => {
    const world = await handedOver('build');
    for (const [name, image] of world.engine.images)
      if (image.id === idOf(world)) world.engine.images.set(name, { ...image, id: 'sha256:theirs' });
    await next(world, { done: ended(world, 'pre_build', 'build') });
    expect(started(world)).toEqual(['build', 'integration', 'publish', 'post_build']);
    expect(world.engine.registry.get(IMAGE)).toMatch(/digest-of-built/);
  });

  test('never publishes again what was recorded', async () => {
    const world = createWorld();
    await next(world, { done: ended(world, 'pre_build', 'build', 'integration', 'publish') });
    expect(started(world)).toEqual(['pre_build', 'build', 'integration', 'post_build']);
    expect(world.engine.journal.filter((event) => event.startsWith('push'))).toEqual([]);
  });

  test('asks the registry when a publish was begun', async () => {
    const world = await handedOver('integration');
    await world.engine.push(idOf(world), IMAGE);
    world.engine.journal.length = 0;
    await next(world, { done: ended(world, 'pre_build', 'build', 'integration'), begun: 'publish' });
    expect(world.engine.journal).toContain(`published ${IMAGE}`);
    expect(world.engine.journal).not.toContain(`push ${IMAGE}`);
    expect(world.story.facts.get('publish')?.published).toMatch(
      /^localhost:5000\/acme\/api@sha256:digest-of-/,
    );
  });

  test('pushes when the registry has nothing of it', async () => {
    const world = await handedOver('integration');
    await next(world, { done: ended(world, 'pre_build', 'build', 'integration'), begun: 'publish' });
    expect(world.engine.journal).toContain(`push ${IMAGE}`);
  });

  test('does not trust an image of that name when nobody of this run built one', async () => {
    const world = createWorld({ images: { [IMAGE]: { local: true } } });
    const stages = [
      planned('a', { ...script('true'), container: { ...script('true').container, image: 'BUILT_IMAGE' } }),
      planned('build', BUILD),
    ];
    await world.execute(leaseOf(stages));
    expect(world.story.outcomes.get('a')).toMatchObject({ failure: { code: 'image' } });
    expect(world.engine.images.has(IMAGE)).toBe(true);
  });

  test('has nothing to do behind a failed stage but to end', async () => {
    const world = createWorld();
    const failed = { kind: 'failed', failure: { code: 'exit', message: '', exitCode: 1 } } as const;
    expect(await next(world, { done: [{ stage: 'pre_build', outcome: failed, facts: {} }] })).toBe('ended');
    expect(world.story.events).toEqual(['job started', 'job ended']);
  });

  test('says when a stage runs again in a workspace that was left in the middle of it', async () => {
    const world = await handedOver('build');
    await next(world, { done: ended(world, 'pre_build', 'build'), begun: 'integration' });
    expect(world.story.facts.get('integration')?.notes?.join()).toMatch(/earlier worker was lost/);
  });

  test('keeps what a stage left in the workspace', async () => {
    const world = await handedOver('pre_build');
    const code = path.join(world.deps.workspaces, '7-chain', 'code');
    expect(readFileSync(path.join(code, 'Dockerfile'), 'utf8')).toBe('FROM scratch\n');
  });
});
