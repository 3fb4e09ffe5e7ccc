import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Blob, Outcome, Plan, StageFacts, Trigger } from '../../src/pipeline/model.js';
import { begin, progress } from '../../src/pipeline/progress.js';
import type { NewRun } from '../../src/runs/ports.js';
import { words } from '../content.js';
import { chainOf, numbered, push } from '../pipeline/examples.js';
import { type Ground, type House, newGround, openHouse, repository } from './house.js';

let ground: Ground;
let house: House;
beforeEach(async () => {
  ground = await newGround();
  house = await openHouse(ground);
});
afterEach(async () => {
  await house.close();
  await ground.clear();
});

const plan = chainOf('pre_build', 'integration');

/** A run whose job a worker has. @returns its number */
async function leased(trigger: Partial<Trigger> = {}, over: Partial<NewRun> = {}): Promise<number> {
  const { run } = await house.store.create({
    repository,
    trigger: push(trigger),
    scope: 'branch:main',
    trusted: false,
    plan,
    progress: begin(plan, 1),
    issues: [],
    createdAt: 1,
    ...over,
  });
  await house.lease(run.id, 'chain', 'w1');
  return run.id;
}

const branch = (name: string) => leased({ branch: name }, { scope: `branch:${name}` });
const pull = (number: number, trigger: Partial<Trigger> = {}) =>
  leased({ event: 'pull_request', base: 'main', ...trigger }, { scope: `pull:${String(number)}` });

const PASSED: Outcome = { kind: 'passed' };
let time = 0;

function ended(run: number, facts: StageFacts, outcome = PASSED, stage = 'pre_build') {
  return { ...numbered({ type: 'stage_ended', stage, outcome, facts }, 1), run, at: (time += 1) };
}

/** A worker ends the first stage of a run; the server has not read it yet. */
function report(run: number, facts: StageFacts, outcome = PASSED): void {
  expect(ground.stream.report(ended(run, facts, outcome))).toBe(true);
}

const put = (text: string): Promise<Blob> => house.blobs.put(words(text));

/** A run keeps a cache under this key, with these words in it. */
async function keep(run: number, key: string, text = key): Promise<Blob> {
  const blob = await put(text);
  report(run, { caches: [{ ...blob, key }] });
  await ground.stream.settled();
  return blob;
}

const lose = () => house.blobs.tidy({ unusedMs: 0, bytes: 0 });
const cacheOf = async (run: number, key: string, ...restoreKeys: readonly string[]) =>
  (await house.finds.cache(run, { key, restoreKeys }))?.key;

describe('a cache', () => {
  test('is found by a later run, and by the next stage, which may ask before the server has read of it', async () => {
    const run = await branch('main');
    const blob = await put('node_modules');
    report(run, { caches: [{ ...blob, key: 'npm-1' }] });
    expect(await house.finds.cache(run, { key: 'npm-1', restoreKeys: [] })).toMatchObject({
      ...blob,
      key: 'npm-1',
      run,
    });
    expect(await cacheOf(await branch('other'), 'npm-1')).toBe('npm-1');
    expect(await cacheOf(99, 'npm-1')).toBeUndefined();
  });

  test('of a stage that failed is found as well', async () => {
    const run = await branch('main');
    const blob = await put('half the work');
    report(run, { caches: [{ ...blob, key: 'go' }] }, { kind: 'neutral', message: 'failed, and may' });
    expect(await cacheOf(run, 'go')).toBe('go');
  });

  test('that an older owner reports is nobody’s', async () => {
    const run = await branch('main');
    await house.lease(run, 'chain', 'w2');
    await house.advance.reported([ended(run, { caches: [{ ...(await put('x')), key: 'x' }] })]);
    expect(await cacheOf(run, 'x')).toBeUndefined();
  });

  test('is known after a crash between the end of the stage and this', async () => {
    const run = await branch('main');
    const event = ended(run, { caches: [{ ...(await put('x')), key: 'x' }] });
    // What the process did before it died; the stream gives the event again.
    await house.store.update(run, (record) => progress(plan, record.progress, event));
    expect(await cacheOf(run, 'x')).toBeUndefined();
    await house.advance.reported([event]);
    expect(await cacheOf(run, 'x')).toBe('x');
  });

  test('of exactly the key goes before any that begins alike, however near and new', async () => {
    await keep(await branch('main'), 'npm-2');
    const own = await branch('x');
    await keep(own, 'npm-3');
    expect(await cacheOf(own, 'npm-2', 'npm-')).toBe('npm-2');
  });

  test('that begins alike is the newest of the first beginning that fits', async () => {
    await keep(await branch('main'), 'npm-1');
    const own = await branch('x');
    await keep(own, 'npm-2');
    expect(await cacheOf(own, 'npm-9', 'npm-')).toBe('npm-2');
    await keep(await leased({ sha: 'f'.repeat(40) }), 'yarn-1');
    expect(await cacheOf(own, 'npm-9', 'pnpm-', 'npm-', 'yarn-')).toBe('npm-2');
    expect(await cacheOf(own, 'npm-9', 'pnpm-', 'yarn-', 'npm-')).toBe('yarn-1');
    expect(await cacheOf(own, 'npm-9')).toBeUndefined();
  });

  test('of the own branch goes before that of the default branch', async () => {
    await keep(await branch('main'), 'npm', 'of main');
    const own = await branch('x');
    const blob = await keep(own, 'npm', 'of x');
    expect(await house.finds.cache(own, { key: 'npm', restoreKeys: [] })).toMatchObject(blob);
  });

  test('whose blob is gone is not found, and forgotten; the next one is', async () => {
    const main = await branch('main');
    await keep(main, 'npm-1', 'of main');
    const own = await branch('x');
    await keep(own, 'npm-1', 'of x');
    await lose();
    const blob = await put('of main');
    expect(await house.finds.cache(own, { key: 'npm-1', restoreKeys: [] })).toMatchObject(blob);
    expect(await house.index.cache(repository.id, 'branch:x', 'npm-1')).toBeUndefined();
    expect(await house.index.cache(repository.id, 'branch:main', 'npm-1')).toBeDefined();
    await lose();
    expect(await cacheOf(own, 'other', 'npm-')).toBeUndefined();
    expect(await house.index.newestCache(repository.id, ['branch:main', 'branch:x'], 'npm-')).toBeUndefined();
  });

  test('of a pull request is its own: main never reads it', async () => {
    await keep(await branch('main'), 'npm', 'of main');
    const proposal = await pull(7);
    expect(await cacheOf(proposal, 'npm')).toBe('npm');
    await keep(proposal, 'evil');
    expect(await cacheOf(proposal, 'evil')).toBe('evil');
    for (const other of [await branch('other'), await pull(8), await leased({ sha: 'f'.repeat(40) })]) {
      expect(await cacheOf(other, 'evil', 'ev')).toBeUndefined();
    }
  });

  test('of a fork is its own, and a fork reads no other', async () => {
    await keep(await branch('main'), 'npm');
    const fork = await pull(7, { fork: true });
    expect(await cacheOf(fork, 'npm', 'n')).toBeUndefined();
    await keep(fork, 'evil');
    expect(await cacheOf(fork, 'evil')).toBe('evil');
    for (const other of [
      await branch('other'),
      await pull(7, { sha: 'f'.repeat(40) }),
      await pull(8, { fork: true }),
    ]) {
      expect(await cacheOf(other, 'evil', '')).not.toBe('evil');
    }
  });

  test('under a key that no database takes is left out, and holds nothing up', async () => {
    const run = await branch('main');
    const blob = await put('x');
    const keys = ['a\0b', 'k'.repeat(513), 'fine'];
    report(run, { caches: keys.map((key) => ({ ...blob, key })) });
    expect(await Promise.all(keys.map((key) => cacheOf(run, key)))).toEqual([undefined, undefined, 'fine']);
  });
});

test('what is found counts as used: a day of tidying leaves it', async () => {
  const run = await branch('main');
  const blob = await put('x');
  report(run, { address: 'sha256:1', caches: ['found', 'unused'].map((key) => ({ ...blob, key })) });
  expect(await cacheOf(run, 'found')).toBe('found');
  expect(await house.finds.result(run, 'sha256:1')).toMatchObject({ run });
  const before = await house.index.cache(repository.id, 'branch:main', 'unused');
  await house.index.removeUnused((before?.at ?? 0) + 1);
  expect(await cacheOf(run, 'found')).toBe('found');
  expect(await cacheOf(run, 'unused')).toBeUndefined();
  expect(await house.finds.result(run, 'sha256:1')).toMatchObject({ run });
});

describe('a result', () => {
  const ADDRESS = 'sha256:of-all-inputs';

  test('is found where the content is the same, with the run that made it', async () => {
    const run = await branch('main');
    const result = { ...(await put('files')), files: 3 };
    report(run, { address: ADDRESS, result, exitCode: 0 });
    const later = await branch('x');
    expect(await house.finds.result(later, ADDRESS)).toEqual({
      run,
      stage: 'pre_build',
      facts: { address: ADDRESS, result, exitCode: 0 },
    });
    expect(await house.finds.result(later, 'sha256:other')).toBeUndefined();
    expect(await house.finds.result(99, ADDRESS)).toBeUndefined();
  });

  test('stays known by the run that made it, however often it is used again', async () => {
    const run = await branch('main');
    report(run, { address: ADDRESS });
    const later = await branch('x');
    report(later, { address: ADDRESS, reusedFrom: { run, stage: 'pre_build' } });
    expect(await house.finds.result(await branch('y'), ADDRESS)).toMatchObject({ run });
  });

  test('is not used where somebody has the stage run again', async () => {
    report(await branch('main'), { address: ADDRESS });
    const later = await branch('x');
    await house.cancel(later, 'by bob');
    expect(await house.finds.result(later, ADDRESS)).toBeDefined();
    expect(await house.operations.rerun(later, [], 'alice')).toMatchObject({ kind: 'done' });
    expect(await house.finds.result(later, ADDRESS)).toBeUndefined();
  });

  test('of a stage that did not pass is none', async () => {
    const run = await branch('main');
    report(run, { address: ADDRESS }, { kind: 'neutral', message: 'failed, and may' });
    expect(await house.finds.result(run, ADDRESS)).toBeUndefined();
  });

  test.each(['result', 'artifacts'] as const)(
    'whose %s are gone is not found, and forgotten',
    async (name) => {
      const run = await branch('main');
      report(run, { address: ADDRESS, [name]: { ...(await put('files')), files: 1 } });
      expect(await house.finds.result(run, ADDRESS)).toBeDefined();
      await lose();
      expect(await house.finds.result(run, ADDRESS)).toBeUndefined();
      expect(await house.index.result(repository.id, 'own', ADDRESS)).toBeUndefined();
    },
  );

  test('of a fork, and of a trusted repository, stays with its own', async () => {
    const fork = await pull(7, { fork: true });
    report(fork, { address: ADDRESS });
    const trusted = await leased({ sha: 'f'.repeat(40) }, { trusted: true });
    expect(await house.finds.result(fork, ADDRESS)).toMatchObject({ run: fork });
    for (const other of [await branch('main'), trusted, await pull(8, { fork: true })]) {
      expect(await house.finds.result(other, ADDRESS)).toBeUndefined();
    }
    report(trusted, { address: ADDRESS });
    expect(await house.finds.result(trusted, ADDRESS)).toMatchObject({ run: trusted });
    expect(await house.finds.result(await branch('x'), ADDRESS)).toBeUndefined();
  });

  test.each(['pre_build', 'integration'])(
    'of %s, behind a cache, goes as far as the cache does: main reads none of a proposal',
    async (stage) => {
      const cached = withCache(plan);
      const onBranch = (name: string, sha: string) =>
        leased({ branch: name, sha: sha.repeat(40) }, { scope: `branch:${name}`, plan: cached });
      const [main, proposal, later] = [
        await onBranch('main', 'a'),
        await onBranch('x', 'b'),
        await onBranch('x', 'c'),
      ];
      await house.advance.reported([ended(proposal, { address: ADDRESS }, PASSED, stage)]);
      expect(await house.finds.result(main, ADDRESS)).toBeUndefined();
      expect(await house.finds.result(later, ADDRESS)).toMatchObject({ run: proposal });
      await house.advance.reported([ended(main, { address: ADDRESS }, PASSED, stage)]);
      expect(await house.finds.result(await onBranch('y', 'd'), ADDRESS)).toMatchObject({ run: main });
    },
  );
});

/** The same, its first stage with a cache. */
function withCache(of: Plan): Plan {
  const cache = [{ key: 'npm', paths: ['node_modules'], restoreKeys: [] }];
  const [first, ...others] = of.stages;
  return first === undefined ? of : { ...of, stages: [{ ...first, options: { cache } }, ...others] };
}
