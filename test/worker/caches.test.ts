import { describe, expect, test } from '@jest/globals';
import type { CacheSpec, StageFacts, StageOptions } from '../../src/pipeline/model.js';
import type { WorkerDeps } from '../../src/worker/worker-deps.js';
import type { Program } from '../fakes/engine/fake-container.js';
import { directoryOf, type Files, filesIn, fill, hostPath, looking, writing } from './files.js';
import { MemoryDepot } from './memory-depot.js';
import { checkoutOf, createWorld, leaseOf, planned, script } from './world.js';

const NPM: CacheSpec = { key: 'npm', paths: ['node_modules'], restoreKeys: [] };

/** With a link to what the image has, as environments of Python do. */
const CACHED: Files = { 'deep/x': '-> ../index', index: 'npm', python: '-> /usr/bin/python3' };

/** A server that learns of caches from the facts of stages, as one would. */
function house(files: Files = { Dockerfile: 'FROM scratch\n' }) {
  const depot = new MemoryDepot();
  let run = 0;
  return {
    depot,
    /** One run of a job: what its stages noted of caches, and stored. */
    async run(
      programs: Readonly<Record<string, Program>>,
      options: Readonly<Record<string, StageOptions>>,
      over: Partial<WorkerDeps> = {},
    ): Promise<ReadonlyMap<string, StageFacts>> {
      run += 1;
      const world = createWorld({ programs }, { depot, checkout: checkoutOf(files), ...over });
      const stages = Object.entries(options).map(([id, one]) =>
        planned(id, script('true'), { options: one }),
      );
      await world.execute(leaseOf(stages, { run }));
      for (const facts of world.story.facts.values()) depot.caches.push(...(facts.caches ?? []));
      return world.story.facts;
    },
  };
}

/** Runs one stage with these caches. */
async function once(
  server: ReturnType<typeof house>,
  cache: readonly CacheSpec[],
  program: Program = () => 0,
  cell?: Readonly<Record<string, string>>,
): Promise<StageFacts> {
  const world = createWorld({ programs: { a: program } }, { depot: server.depot });
  const stage = planned('a', script('true'), { options: { cache }, ...(cell && { cell }) });
  await world.execute(leaseOf([stage]));
  expect(world.story.outcomes.get('a')).toEqual({ kind: 'passed' });
  const facts = world.story.facts.get('a') ?? {};
  server.depot.caches.push(...(facts.caches ?? []));
  return facts;
}

describe('a cache', () => {
  test('of one run is there in the next, and is stored again only when its files are others', async () => {
    const server = house();
    const first = await once(server, [NPM], writing({ 'node_modules/a/index.js': 'a' }));
    expect(first.notes).toEqual([
      'cache npm not found',
      expect.stringMatching(/^cache npm stored \(\d+ B\)$/),
    ]);
    expect(first.caches).toEqual([{ key: 'npm', digest: expect.any(String), bytes: expect.any(Number) }]);

    let seen: Files = {};
    const second = await once(
      server,
      [NPM],
      looking((files) => {
        seen = files;
      }),
    );
    expect(seen).toMatchObject({ 'node_modules/a/index.js': 'a' });
    expect(second.notes).toEqual([expect.stringMatching(/^cache npm restored \(\d+ B\)$/)]);
    expect(second.caches).toBeUndefined();

    const third = await once(server, [NPM], writing({ 'node_modules/b/index.js': 'b' }));
    expect(third.caches?.[0]?.digest).not.toBe(first.caches?.[0]?.digest);
    await once(
      server,
      [NPM],
      looking((files) => {
        seen = files;
      }),
    );
    expect(seen).toMatchObject({ 'node_modules/a/index.js': 'a', 'node_modules/b/index.js': 'b' });
  });

  test('of another key that begins as it should is taken, and becomes this one without being packed again', async () => {
    const server = house();
    const spec = (version: string): CacheSpec => ({
      ...NPM,
      key: `npm-${version}`,
      restoreKeys: ['yarn-', 'npm-'],
    });
    const first = await once(server, [spec('1')], writing({ 'node_modules/a': 'a' }));
    const second = await once(server, [spec('2')]);
    expect(second.notes?.[0]).toMatch(/^cache npm-2 restored \(.* B, from key npm-1\)$/);
    expect(second.caches).toEqual([{ ...first.caches?.[0], key: 'npm-2' }]);
  });

  test('under a key with a checksum is stored once', async () => {
    const server = house();
    const spec = { ...NPM, key: 'npm-${checksum:Dockerfile}' };
    const first = await once(server, [spec], writing({ 'node_modules/a': 'a' }));
    expect(first.caches?.[0]?.key).toMatch(/^npm-[0-9a-f]{20}$/);
    expect((await once(server, [spec], writing({ 'node_modules/a': 'changed' }))).caches).toBeUndefined();
  });

  test('of a directory of the container is mounted there, and nothing else of the image is', async () => {
    const server = house();
    const spec = { key: 'go', paths: ['~/.npm', '/go/pkg/mod'], restoreKeys: [] };
    let seen: Files = {};
    const program: Program = ({ spec: container }) => {
      seen = filesIn(hostPath(container, '/root/.npm'));
      fill(hostPath(container, '/root/.npm'), CACHED);
      fill(hostPath(container, '/go/pkg/mod'), { m: 'mod' });
      return 0;
    };
    await once(server, [spec], program);
    expect(seen).toEqual({});
    await once(server, [spec], ({ spec: container }) => {
      seen = filesIn(hostPath(container, '/root/.npm'));
      return 0;
    });
    expect(seen).toEqual(CACHED);
  });

  test('of a stage that failed is not stored', async () => {
    const world = createWorld({ programs: { a: writing({ 'node_modules/a': 'a' }, 1) } });
    await world.execute(leaseOf([planned('a', script('true'), { options: { cache: [NPM] } })]));
    expect(world.story.facts.get('a')?.caches).toBeUndefined();
  });

  test('is the same for two stages of a job: laid out once, stored when either changed it', async () => {
    const server = house();
    const options = { a: { cache: [NPM] }, b: { cache: [NPM] } };
    const first = await server.run(
      { a: writing({ 'node_modules/a': 'a' }), b: writing({ 'node_modules/b': 'b' }) },
      options,
    );
    expect(first.get('a')?.caches).toHaveLength(1);
    expect(first.get('b')?.notes).toEqual([expect.stringMatching(/^cache npm stored/)]);
    const second = await server.run({}, options);
    expect(second.get('a')?.notes).toEqual([expect.stringMatching(/^cache npm restored/)]);
    expect(second.get('b')?.notes).toBeUndefined();
  });

  test('for other paths is not laid out', async () => {
    const server = house();
    await once(server, [NPM], writing({ 'node_modules/a': 'a' }));
    const facts = await once(server, [{ ...NPM, paths: ['Dockerfile'] }]);
    expect(facts.notes).toContain('cache npm was not restored: it was stored for other paths');
  });

  test.each([
    ['the depot is away', (depot: MemoryDepot) => void (depot.away = 'no room'), 'no room'],
    [
      'it is damaged',
      (depot: MemoryDepot) => {
        for (const digest of depot.blobs.keys()) depot.blobs.set(digest, Buffer.from('no gzip'));
      },
      'it is damaged',
    ],
  ])('that cannot be had fails nothing: %s', async (_, breakIt, words) => {
    const server = house();
    await once(server, [NPM], writing({ 'node_modules/a': 'a' }));
    breakIt(server.depot);
    const { notes } = await once(server, [NPM]);
    expect(notes?.[0]).toBe(`cache npm was not restored: ${words}`);
  });

  test('whose blob is gone is not found', async () => {
    const server = house();
    await once(server, [NPM], writing({ 'node_modules/a': 'a' }));
    server.depot.blobs.clear();
    expect((await once(server, [NPM])).notes?.[0]).toBe('cache npm not found');
  });

  test('does not write through a link that the repository has in its place', async () => {
    const server = house();
    const outside = directoryOf();
    const cache = [{ ...NPM, paths: ['other'] }];
    await once(server, cache, writing({ 'other/x': 'x' }));
    const facts = await server.run(
      { a: writing({ other: `-> ${outside}` }), b: () => 0 },
      { a: {}, b: { cache } },
    );
    expect(facts.get('b')?.notes?.[0]).toBe(
      'cache npm was not restored: other is no directory in the workspace',
    );
    expect(filesIn(outside)).toEqual({});
  });
});

describe('a key', () => {
  const keyOf = async (key: string, cell?: Readonly<Record<string, string>>): Promise<string | undefined> => {
    const facts = await once(house(), [{ ...NPM, key }], writing({ 'node_modules/a': 'a' }), cell);
    return facts.caches?.[0]?.key;
  };

  test('is filled in with what the stage knows', async () => {
    expect(await keyOf('${CYCLONE_BRANCH}-${CYCLONE_STAGE}-${node}-${CYCLONE_TAG}-$x', { node: '20' })).toBe(
      'main-a-20--$x',
    );
  });

  test('has a checksum of the files that a pattern takes', async () => {
    const one = await keyOf('${checksum:Dockerfile}');
    expect(await keyOf('${checksum:{Dockerfile,other}}')).toBe(one);
    expect(await keyOf('${checksum:other}')).not.toBe(one);
  });

  test('says when its checksum is of no file', async () => {
    const facts = await once(house(), [{ ...NPM, key: '${checksum:*.lock}' }]);
    expect(facts.notes?.[0]).toBe('cache ${checksum:*.lock}: no file of the commit is *.lock');
  });
});
