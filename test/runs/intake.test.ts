import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { SHA, stageStatuses, tag } from '../pipeline/examples.js';
import { entry, TOO_LARGE } from './edges.js';
import { delivery, type Ground, type House, newGround, openHouse, repository, TWO_STAGES } from './house.js';

let ground: Ground;
let house: House;
beforeEach(async () => {
  ground = await newGround({ 'caicloud.yml': TWO_STAGES });
  house = await openHouse(ground);
});
afterEach(async () => {
  await house.close();
  await ground.clear();
});

const file = (text: string | typeof TOO_LARGE): void => void ground.files.files.set('caicloud.yml', text);
const codes = (issues: readonly { readonly code: string }[]) => issues.map(({ code }) => code);

describe('a delivery', () => {
  test('becomes a run whose job is before the workers', async () => {
    await house.intake(delivery());
    const run = await house.run();
    expect(run).toMatchObject({ repository, scope: 'branch:main', trusted: false, issues: [] });
    expect(stageStatuses(run.progress)).toEqual({ pre_build: 'queued', integration: 'queued' });
    expect(run.progress.jobs).toMatchObject([{ id: 'chain', status: 'enqueued', attempt: 1 }]);
    expect(ground.queue.waiting()).toEqual([entry(1, 'chain', 1)]);
    expect(house.changed).toContain(1);
  });

  test('that comes twice is one run with one job', async () => {
    await house.intake(delivery());
    await house.intake(delivery());
    expect(await house.store.unfinished()).toEqual([1]);
    expect(ground.queue.waiting()).toEqual([entry(1, 'chain', 1)]);
  });

  test('that is taken twice at once is one run with one job', async () => {
    await Promise.all([house.intake(delivery()), house.intake(delivery())]);
    expect(await house.store.unfinished()).toEqual([1]);
    expect(ground.queue.waiting()).toEqual([entry(1, 'chain', 1)]);
  });

  test('of a commit as branch and as tag is two runs', async () => {
    await house.intake(delivery());
    await house.intake({ ...delivery(), trigger: tag('v1') });
    expect((await house.run(2)).scope).toBe('tag:v1');
  });

  test('that nobody can answer for is tried again: nothing is stored', async () => {
    ground.files.away = true;
    await expect(house.intake(delivery())).rejects.toThrow('502');
    expect(await house.store.unfinished()).toEqual([]);
    ground.files.away = false;
    await house.intake(delivery());
    expect(await house.store.unfinished()).toEqual([1]);
  });

  test('that says [skip ci] is a run that is over', async () => {
    await house.intake(delivery({ message: 'typo [skip ci]' }));
    expect((await house.run()).progress.run).toMatchObject({ status: 'completed', conclusion: 'skipped' });
    expect(ground.queue.waiting()).toEqual([]);
  });
});

describe('without caicloud.yml', () => {
  test('and without a Dockerfile the repository does not use us', async () => {
    ground.files.files.clear();
    await house.intake(delivery());
    expect(await house.store.load(1)).toBeUndefined();
    expect(house.logger.messages).toEqual(['repository does not use Cyclone']);
  });

  test('a Dockerfile is built, and published on a tag', async () => {
    ground.files.files.clear();
    ground.files.files.set('Dockerfile', 'FROM scratch');
    await house.intake(delivery());
    await house.intake({ ...delivery(), trigger: tag('v1') });
    expect(stageStatuses((await house.run(1)).progress)).toEqual({ build: 'queued', publish: 'skipped' });
    expect(stageStatuses((await house.run(2)).progress)).toEqual({ build: 'queued', publish: 'queued' });
  });
});

describe('a file that cannot be run', () => {
  /** A failed `cyclone` check, with its issues, and nothing else. */
  async function failsWith(...expected: readonly string[]): Promise<void> {
    await house.intake(delivery());
    const run = await house.run();
    expect(codes(run.issues)).toEqual(expected);
    expect(run.progress).toMatchObject({
      run: { status: 'completed', conclusion: 'failure' },
      stages: [],
      jobs: [],
    });
    expect((await house.checks.dirtyOf(1)).map(({ key }) => key)).toEqual(['cyclone']);
    expect(ground.queue.waiting()).toEqual([]);
    expect(house.changed).toContain(1);
  }

  test('because it is no YAML', async () => {
    file('pre_build: [');
    await failsWith('yaml-syntax');
    expect((await house.run()).progress.run).toMatchObject({
      reason: expect.stringContaining('caicloud.yml line 1: '),
    });
  });

  test('because of one mistake among much that is right', async () => {
    file(`${TWO_STAGES}bulid:\n  context_dir: ../out\nbuild:\n  context_dir: ../out\n`);
    await failsWith('unknown-key', 'outside-workspace');
  });

  test('because GitHub does not give so large a file', async () => {
    file(TOO_LARGE);
    await failsWith('too-large');
  });

  test('because it is larger than we read: the same words', async () => {
    file(`${TWO_STAGES}# ${'x'.repeat(1024 * 1024)}`);
    await failsWith('too-large');
    const [read] = (await house.run()).issues;
    file(TOO_LARGE);
    await house.intake(delivery({ sha: 'b'.repeat(40) }));
    expect((await house.run(2)).issues).toEqual([read]);
  });

  test('because we broke over it: the check comes all the same', async () => {
    // A fault of ours, as no text is known to cause one: what GitHub gave is no text at all.
    ground.files.files.set('caicloud.yml', { length: 1 } as unknown as string);
    await failsWith('internal');
    expect(house.logger.messages).toContain('planning broke');
  });
});

describe('trust', () => {
  const PRIVILEGED = `integration:\n  image: busybox\n  privileged: true\n  commands: ["true"]\n`;

  async function taken(globs: readonly string[], trigger = {}): Promise<Awaited<ReturnType<House['run']>>> {
    await house.close();
    house = await openHouse(ground, { policy: { trustedRepositories: globs } });
    file(PRIVILEGED);
    await house.intake(delivery(trigger));
    return house.run();
  }

  test('is there for a repository that a glob names: nothing to warn of', async () => {
    const run = await taken(['other/*', 'ACME/h*']);
    expect(run).toMatchObject({ trusted: true, issues: [] });
    expect(run.plan.stages.flatMap(({ refusals }) => refusals)).toEqual([]);
  });

  test('is not there for any other: warned of at its line, and refused', async () => {
    const run = await taken(['acme/other', 'acme']);
    expect(run).toMatchObject({ trusted: false, issues: [{ code: 'needs-trust', line: 3 }] });
    expect(run.plan.stages[0]?.refusals).toContain('privileged');
  });

  test('is never there for a fork', async () => {
    ground.pulls.put({ number: 4, sha: SHA, fork: true });
    const fork = { event: 'pull_request', pullRequest: 4, fork: true } as const;
    const { id } = await taken(['*/*'], fork);
    await house.operations.allowRun(id, 'alice');
    const run = await house.run(id);
    expect(run).toMatchObject({ trusted: false, issues: [{ code: 'needs-trust' }] });
    expect(run.plan.stages[0]?.refusals).toContain('privileged');
  });

  test('takes away that warning and no other', async () => {
    const policy = { trustedRepositories: ['*/*'] };
    await house.close();
    house = await openHouse(ground, { policy });
    file(`${PRIVILEGED}  volumes: [nothing, "/:/host"]\n`);
    await house.intake(delivery());
    expect(codes((await house.run()).issues)).toEqual(['ignored-value']);
  });
});
