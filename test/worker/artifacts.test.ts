import { symlinkSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { KeptFiles, Lease, StageOptions } from '../../src/pipeline/model.js';
import { KEPT_LIMITS } from '../../src/worker/archive-rules.js';
import { packFiles } from '../../src/worker/pack.js';
import { selectFiles } from '../../src/worker/selection.js';
import { directoryOf, type Files, filesIn, looking, writing } from './files.js';
import { checkoutOf, createWorld, gate, leaseOf, planned, script, until, type World } from './world.js';

const one = (options: StageOptions, id = 'a') => planned(id, script('true'), { options });

/** What another stage kept, in the depot of this world. */
async function kept(world: World, files: Files): Promise<KeptFiles> {
  const root = directoryOf(files);
  const { entries } = await selectFiles(root, ['**'], { limits: KEPT_LIMITS });
  const content = packFiles([{ root, entries }], { times: false });
  const blob = await world.depot.put(content, new AbortController().signal);
  return { ...blob, files: entries.length };
}

const handing = (files: KeptFiles, id = 'a'): Partial<Lease> => ({
  handed: { [id]: [{ ...files, from: 'web' }] },
});

describe('what is kept', () => {
  test('is of the workspace when the stage has passed, and the same bytes for the same files', async () => {
    const run = async () => {
      const world = createWorld({ programs: { a: writing({ 'dist/app.js': 'app', 'dist/x/y': 'y' }) } });
      await world.execute(leaseOf([one({ artifacts: ['dist', '!dist/x'] })]));
      return world;
    };
    const [first, second] = [await run(), await run()];
    const artifacts = first.story.facts.get('a')?.artifacts;
    expect(artifacts).toMatchObject({ files: 1, digest: expect.stringMatching(/^sha256:/) });
    expect(second.story.facts.get('a')?.artifacts).toEqual(artifacts);
    let seen: Files = {};
    const show = (files: Files): void => {
      seen = files;
    };
    const next = createWorld({ programs: { a: looking(show) } }, { depot: first.depot });
    await next.execute(leaseOf([one({})], artifacts && handing(artifacts)));
    expect(seen).toEqual({ Dockerfile: 'FROM scratch\n', 'dist/app.js': 'app' });
  });

  test('is missing: the stage fails and names it', async () => {
    const world = createWorld({ programs: { a: writing({ 'dist/app.js': 'app' }) } });
    await world.execute(leaseOf([one({ artifacts: ['dist', 'coverage', '*.tgz'] })]));
    expect(world.story.outcomes.get('a')).toEqual({
      kind: 'failed',
      failure: { code: 'output', message: 'artifact coverage, *.tgz do not exist' },
    });
    // What is there of a stage that failed is kept all the same.
    expect(world.story.facts.get('a')?.artifacts?.files).toBe(1);
  });

  test('of a stage that failed or ran out of time is what is there of it', async () => {
    const world = createWorld({ programs: { a: writing({ 'shots/1.png': 'png' }, 3) } });
    await world.execute(leaseOf([one({ artifacts: ['shots', 'coverage'] })]));
    expect(world.story.outcomes.get('a')).toMatchObject({ kind: 'failed', failure: { code: 'exit' } });
    expect(world.story.facts.get('a')?.artifacts?.files).toBe(1);

    const slow = createWorld({
      programs: {
        a: async (running) => {
          await writing({ 'shots/1.png': 'png' })(running);
          await running.killed;
          return 137;
        },
      },
    });
    const done = slow.execute(leaseOf([one({ artifacts: ['shots'] })]));
    await until(() => slow.engine.journal.includes('go a'));
    slow.clock.advance(60_000);
    await done;
    expect(slow.story.outcomes.get('a')).toMatchObject({ kind: 'timed_out' });
    expect(slow.story.facts.get('a')?.artifacts?.files).toBe(1);
  });

  test('of a stage that never ran is nothing, although the repository has such files', async () => {
    const world = createWorld({}, { checkout: checkoutOf({ dist: 'committed' }) });
    const spec = script('true');
    const stage = planned('a', { ...spec, container: { ...spec.container, image: 'nowhere' } });
    await world.execute(leaseOf([{ ...stage, options: { artifacts: ['dist'] } }]));
    expect(world.story.outcomes.get('a')).toMatchObject({ failure: { code: 'image' } });
    expect(world.story.facts.get('a')?.artifacts).toBeUndefined();
  });

  test('without a link that leads out, which is named', async () => {
    const program = writing({ 'dist/app': 'app', 'dist/evil': '-> /etc/passwd', 'dist/up': '-> ../../x' });
    const world = createWorld({ programs: { a: program } });
    await world.execute(leaseOf([one({ artifacts: ['dist'] })]));
    expect(world.story.facts.get('a')).toMatchObject({
      artifacts: { files: 1 },
      notes: ['not kept: dist/evil and 1 more, which links to what is outside the workspace'],
    });
  });

  test('when the depot is away is our fault after success, and only a note after a failure', async () => {
    const world = createWorld({ programs: { a: writing({ dist: 'd' }), b: writing({ dist: 'd' }, 1) } });
    world.depot.away = 'the server has no room';
    await world.execute(leaseOf([one({ artifacts: ['dist'] })]));
    expect(world.story.outcomes.get('a')).toEqual({
      kind: 'error',
      message: 'its files were not kept: the server has no room',
    });
    const lease = leaseOf([one({ artifacts: ['dist'] }, 'b')], { run: 8 });
    await world.execute(lease);
    expect(world.story.outcomes.get('b')).toMatchObject({ failure: { code: 'exit' } });
    expect(world.story.facts.get('b')?.notes).toEqual(['its files were not kept: the server has no room']);
  });
});

describe('what is handed over', () => {
  test('is there when the go-signal comes, although the container was made before the files', async () => {
    const checkedOut = gate();
    let seen: Files = {};
    const show = (files: Files): void => {
      seen = files;
    };
    const checkout = checkoutOf({ Dockerfile: 'FROM scratch\n' }, checkedOut.passed);
    const world = createWorld({ programs: { a: looking(show) } }, { checkout });
    const files = await kept(world, { 'dist/app.js': 'app' });
    const done = world.execute(leaseOf([one({})], handing(files)));
    await until(() => world.engine.journal.includes('start a'));
    checkedOut.open();
    await done;
    expect(seen).toMatchObject({ 'dist/app.js': 'app' });
  });

  test('is no longer there: the stage fails, and says what to do', async () => {
    const world = createWorld();
    const files = await kept(world, { dist: 'd' });
    world.depot.blobs.clear();
    await world.execute(leaseOf([one({})], handing(files)));
    expect(world.story.outcomes.get('a')).toEqual({
      kind: 'failed',
      failure: {
        code: 'workspace',
        message: 'the files of web were not laid out: they are no longer kept; run web again',
      },
    });
    expect(world.engine.journal).not.toContain('go a');
  });

  test('does not go through a link that the repository has in its place', async () => {
    const outside = directoryOf();
    const world = createWorld();
    const files = await kept(world, { 'dist/app.js': 'app' });
    const poisoned = {
      ...world.checkout,
      checkout: async ({ directory }: { readonly directory: string }) => {
        symlinkSync(outside, path.join(directory, 'dist'));
        return await Promise.resolve({ borrowed: [] });
      },
    };
    await world.execute(leaseOf([one({})], handing(files)), { checkout: poisoned });
    expect(world.story.outcomes.get('a')).toMatchObject({ kind: 'failed', failure: { code: 'workspace' } });
    expect(filesIn(outside)).toEqual({});
  });
});
