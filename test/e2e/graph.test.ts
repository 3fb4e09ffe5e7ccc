import { describe, expect, test } from '@jest/globals';
import { docker } from '../contract/support/images.js';
import { type Finished, finished, finishedRun } from './support/finished.js';
import { gitPush } from './support/push.js';
import { useWorld } from './support/use-world.js';

const world = useWorld({ CYCLONE_CONCURRENCY: '3' });

/** Stages under `stages`, each `name: more keys | commands`. */
const graph = (stages: Readonly<Record<string, string>>): string =>
  `stages:\n${Object.entries(stages)
    .map(([name, keys]) => `  ${name}: { image: cyclone-test/busybox:1, ${keys} }\n`)
    .join('')}`;

const run = (repository: string, pipeline: string): Promise<Finished> =>
  finishedRun(world, { repository, files: { 'caicloud.yml': pipeline } });

describe('needs', () => {
  test('of a diamond: the two in the middle run at once, the ends before and after them', async () => {
    const diamond = await run(
      'acme/diamond',
      graph({
        top: 'commands: [echo top]',
        left: 'commands: [sleep 2], needs: [top]',
        right: 'commands: [sleep 2], needs: [top]',
        bottom: 'commands: [echo bottom], needs: [left, right]',
      }),
    );
    expect(diamond.conclusions).toEqual({
      cyclone: 'success',
      'cyclone/top': 'success',
      'cyclone/left': 'success',
      'cyclone/right': 'success',
      'cyclone/bottom': 'success',
    });
    const [queued] = diamond.history('cyclone/bottom');
    expect(queued?.title).toBe('Queued: after left, right');
    expect(diamond.stage('bottom').waits_for).toEqual(['left', 'right']);
    const [top, left, right, bottom] = ['top', 'left', 'right', 'bottom'].map((name) => diamond.stage(name));
    for (const middle of [left, right]) {
      expect(middle?.from).toBeGreaterThanOrEqual(top?.to ?? NaN);
      expect(bottom?.from).toBeGreaterThanOrEqual(middle?.to ?? NaN);
    }
    expect(left?.from).toBeLessThan(right?.to ?? NaN);
    expect(right?.from).toBeLessThan(left?.to ?? NaN);
  }, 90_000);

  test('of a stage that fails: what needs it is skipped and says so, the others go on', async () => {
    const broken = await run(
      'acme/broken',
      graph({
        first: 'commands: [echo first]',
        broken: 'commands: ["exit 3"], needs: [first]',
        behind: 'commands: [echo never], needs: [broken]',
        last: 'commands: [echo never], needs: [behind, beside]',
        beside: 'commands: [sleep 1, echo beside], needs: [first]',
      }),
    );
    expect(broken.conclusions).toEqual({
      cyclone: 'failure',
      'cyclone/first': 'success',
      'cyclone/broken': 'failure',
      'cyclone/behind': 'skipped',
      'cyclone/last': 'skipped',
      'cyclone/beside': 'success',
    });
    expect(broken.check('cyclone/behind').title).toBe('Skipped: an earlier stage, broken, failed');
    expect(broken.check('cyclone').title).toBe('1 of 5 stages failed: broken');
    expect(await broken.log('beside')).toContain('beside\n');
  }, 90_000);

  test('publish waits for a stage of its own that takes longer than the chain', async () => {
    const waits = await finishedRun(world, {
      repository: 'acme/waits',
      tag: 'v1',
      files: {
        'caicloud.yml': `build: { dockerfile_name: Dockerfile }\n${graph({ lint: 'commands: [sleep 3]' })}`,
        Dockerfile: 'FROM cyclone-test/busybox:1\n',
      },
    });
    expect(waits.conclusions).toEqual({
      cyclone: 'success',
      'cyclone/build': 'success',
      'cyclone/publish': 'success',
      'cyclone/lint': 'success',
    });
    expect(waits.stage('publish').from).toBeGreaterThanOrEqual(waits.stage('lint').to);
    expect(world.registry.manifestPuts('acme/waits', 'v1')).toBe(1);
  }, 90_000);

  test('publish with a section of its own does without what it does not need', async () => {
    const early = await finishedRun(world, {
      repository: 'acme/early',
      tag: 'v1',
      files: {
        'caicloud.yml': `build: { dockerfile_name: Dockerfile }
publish: { needs: [build], retry: { max: 1, on: [infra] }, timeout: 1m }
${graph({ slow: 'commands: [sleep 4]' })}`,
        Dockerfile: 'FROM cyclone-test/busybox:1\n',
      },
    });
    expect(early.conclusions).toMatchObject({ cyclone: 'success', 'cyclone/publish': 'success' });
    expect(early.stage('publish').to).toBeLessThan(early.stage('slow').to);
  }, 90_000);
});

describe('matrix', () => {
  test('has a check for each cell, which finds its values in the environment and its own workspace', async () => {
    const cells = await run(
      'acme/matrix',
      `integration:
  image: cyclone-test/busybox:1
  matrix: { node: [20, 22], os: [alpine, debian] }
  commands: ['echo "$node on $os"', 'test ! -e mine', 'touch mine', sleep 1]
post_build: { image: cyclone-test/busybox:1, commands: [echo behind] }
`,
    );
    const names = ['node=20, os=alpine', 'node=20, os=debian', 'node=22, os=alpine', 'node=22, os=debian'];
    expect(cells.conclusions).toEqual({
      cyclone: 'success',
      ...Object.fromEntries(names.map((name) => [`cyclone/integration (${name})`, 'success'])),
      'cyclone/post_build': 'skipped',
    });
    const said = await Promise.all(names.map((name) => cells.log(`integration (${name})`)));
    expect(said.map((log) => log.split('\n')[1])).toEqual([
      '20 on alpine',
      '20 on debian',
      '22 on alpine',
      '22 on debian',
    ]);
  }, 90_000);

  test('of many cells is counted in the summary, and each has its check', async () => {
    const numbers = Array.from({ length: 24 }, (_, n) => n);
    const many = await run(
      'acme/many',
      graph({ many: `matrix: { n: [${numbers.join(', ')}] }, commands: ["test $n != 7"]` }),
    );
    expect(many.conclusions).toEqual({
      cyclone: 'failure',
      ...Object.fromEntries(
        numbers.map((n) => [`cyclone/many (n=${n})`, n === 7 ? 'failure' : 'success'] as const),
      ),
    });
    const { title, summary } = many.check('cyclone');
    expect(title).toBe('1 of 24 stages failed: many (n=7)');
    expect(summary).toContain('23 of 24 cells passed');
    expect(summary).toContain('| [many (n=7)](');
    expect(summary).not.toContain('| [many (n=8)](');
  }, 120_000);

  test('one cell that fails leaves the others alone', async () => {
    const cells = await run(
      'acme/cells',
      graph({
        shards: 'matrix: { shard: [1, 2, 3] }, commands: ["test $shard != 2"]',
        merge: 'needs: [shards], commands: [echo merged]',
        third: 'needs: ["shards (shard=3)"], commands: [echo third]',
      }),
    );
    expect(cells.conclusions).toEqual({
      cyclone: 'failure',
      'cyclone/shards (shard=1)': 'success',
      'cyclone/shards (shard=2)': 'failure',
      'cyclone/shards (shard=3)': 'success',
      'cyclone/merge': 'skipped',
      'cyclone/third': 'success',
    });
    expect(cells.check('cyclone/shards (shard=2)').title).toMatch(
      /^Failed at command 1 of 1: test \$shard != 2 exited 1 after /,
    );
  }, 90_000);
});

test('mistakes in what stages wait for and in a matrix are annotated where they stand, and nothing runs', async () => {
  const wrong = await run(
    'acme/wrong',
    `stages:
  a: { image: busybox, commands: [x], needs: [b] }
  b: { image: busybox, commands: [x], needs: [a] }
  c: { image: busybox, commands: [x], needs: [lnit] }
  lint: { image: busybox, commands: [x], matrix: { node: [] } }
  late: { image: busybox, commands: [x], timeout: soon }
`,
  );
  const { title, annotations } = wrong.check('cyclone');
  expect(wrong.conclusions).toEqual({ cyclone: 'failure' });
  expect(title).toBe(
    'caicloud.yml line 2: these wait for each other: a → b → a. Take one of these needs out (and 3 more)',
  );
  expect(annotations.map(({ path, start_line, title: code }) => `${path}:${start_line} ${code}`)).toEqual([
    'caicloud.yml:2 needs-cycle',
    'caicloud.yml:4 unknown-stage',
    'caicloud.yml:5 empty-matrix',
    'caicloud.yml:6 bad-duration',
  ]);
  expect(annotations[1]?.message).toBe('"lnit" is no stage of this file\ndid you mean lint?');
}, 60_000);

test('kill -9 in the middle of a graph: what ended stays, what ran goes on, what waits follows', async () => {
  const pipeline = graph({
    first: 'commands: [echo first]',
    middle:
      'needs: [first], commands: ["if [ ! -e again ]; then touch again; sleep 600; fi", "echo went on"]',
    last: 'needs: [middle], commands: [echo last]',
  });
  const sha = await gitPush(world.github, {
    repository: 'acme/killed',
    files: { 'caicloud.yml': pipeline },
  });
  await world.github.waitFor(
    () =>
      world.github
        .checkRuns('acme/killed', sha)
        .find(({ state }) => state.name === 'cyclone/middle' && state.status === 'in_progress'),
    { what: 'the middle stage in progress' },
  );
  await world.server().kill();
  expect(await docker().listContainers({ filters: { label: ['cyclone.job=middle'] } })).not.toEqual([]);
  await world.start();
  const killed = await finished(world, 'acme/killed', sha);
  expect(new Set(Object.values(killed.conclusions))).toEqual(new Set(['success']));
  expect(await killed.log('middle')).toContain('went on\n');
  expect(killed.check('cyclone/middle').summary).toContain('an earlier worker was lost');
  expect((await killed.log('first')).match(/^first$/gm)).toHaveLength(1);
  expect(killed.check('cyclone/last').title).toMatch(/^Passed in /);
}, 120_000);
