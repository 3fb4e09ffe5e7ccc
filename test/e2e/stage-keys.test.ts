import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { docker } from '../contract/support/images.js';
import { type Finished, finished, finishedRun } from './support/finished.js';
import { gitPush } from './support/push.js';
import { useWorld } from './support/use-world.js';

const world = useWorld();

const run = (repository: string, pipeline: string): Promise<Finished> =>
  finishedRun(world, { repository, files: { 'caicloud.yml': pipeline } });

describe('retry', () => {
  /** Fails with 7 the first time and with 0 the second; the workspace is the same. */
  const secondTime = (retry: string): string => `pre_build:
  image: cyclone-test/busybox:1
  retry: ${retry}
  commands:
    - if [ ! -e tried ]; then touch tried; exit 7; fi
    - echo second
`;

  test('after an exit code that it names', async () => {
    const tried = await run('acme/retried', secondTime('{ max: 2, on: [exit], exit_codes: [7] }'));
    expect(tried.conclusions).toMatchObject({ cyclone: 'success', 'cyclone/pre_build': 'success' });
    expect(tried.check('cyclone/pre_build').title).toMatch(/^Passed in \S+ s, on try 2$/);
    expect(tried.check('cyclone/pre_build').summary).toContain('try 1 of 3 exited 7');
    expect(await tried.log('pre_build')).toMatch(/\nTry 1 of 3 exited 7; trying again\.\n(?:.*\n)*second\n/);
  }, 60_000);

  test.each([
    ['an exit code that it does not name', '{ max: 2, exit_codes: [137] }'],
    ['a cause that it does not name', '{ max: 2, on: [infra, timeout] }'],
  ])(
    'not after %s',
    async (_what, retry) => {
      const tried = await run('acme/not-retried', secondTime(retry));
      expect(tried.conclusions).toMatchObject({ cyclone: 'failure', 'cyclone/pre_build': 'failure' });
      expect(await tried.log('pre_build')).not.toContain('trying again');
    },
    60_000,
  );

  test('after its container was removed from outside, where it says infra', async () => {
    const sha = await gitPush(world.github, {
      repository: 'acme/removed',
      files: {
        'caicloud.yml': `pre_build:
  image: cyclone-test/busybox:1
  retry: { max: 1, on: [infra] }
  commands:
    - if [ ! -e tried ]; then touch tried; sleep 600; fi
    - echo second
`,
      },
    });
    await world.github.waitFor(
      () =>
        world.github
          .checkRuns('acme/removed', sha)
          .find(({ state }) => state.name === 'cyclone/pre_build' && state.status === 'in_progress'),
      { what: 'the stage in progress' },
    );
    const worker = await readFile(path.join(world.dataDir, 'worker-id'), 'utf8');
    const [container] = await docker().listContainers({
      filters: { label: [`cyclone.worker=${worker.trim()}`, 'cyclone.job=chain'] },
    });
    await docker()
      .getContainer(container?.Id ?? '')
      .remove({ force: true });
    const removed = await finished(world, 'acme/removed', sha);
    expect(removed.conclusions).toMatchObject({ cyclone: 'success', 'cyclone/pre_build': 'success' });
    expect(await removed.log('pre_build')).toMatch(/removed from outside(?:.*\n)*second\n/);
  }, 60_000);
});

describe('timeout', () => {
  test('ends the stage with all that it started, before the next begins in its workspace', async () => {
    const late = await run(
      'acme/late',
      `pre_build:
  image: cyclone-test/busybox:1
  timeout: 3s
  allow_failure: true
  commands:
    - '(while true; do date +%s%N >> beats; sleep 0.1; done) &'
    - 'setsid sh -c "trap \\"\\" TERM HUP; while true; do date +%s%N >> beats; sleep 0.1; done" &'
    - sleep 600
integration:
  image: cyclone-test/busybox:1
  commands:
    - test -s beats
    - before=$(wc -l < beats); sleep 2; after=$(wc -l < beats)
    - echo "$before and $after"
    - test "$before" = "$after"
`,
    );
    expect(late.conclusions).toEqual({
      cyclone: 'success',
      'cyclone/pre_build': 'neutral',
      'cyclone/integration': 'success',
    });
    expect(late.check('cyclone/pre_build').title).toBe(
      'Timed out after 3 s, in command 3 of 3: sleep 600 · allowed to fail',
    );
  }, 60_000);

  test('is a conclusion of its own, with the command that took too long', async () => {
    const late = await run(
      'acme/too-late',
      'pre_build: { image: cyclone-test/busybox:1, timeout: 2s, commands: [echo quick, sleep 600] }\n',
    );
    expect(late.conclusions).toEqual({ cyclone: 'failure', 'cyclone/pre_build': 'timed_out' });
    expect(late.check('cyclone/pre_build').title).toBe('Timed out after 2 s, in command 2 of 2: sleep 600');
  }, 60_000);
});

test('allow_failure: the check is neutral, the rest goes on, and the run says so', async () => {
  const allowed = await run(
    'acme/allowed',
    `pre_build: { image: cyclone-test/busybox:1, allow_failure: true, commands: [exit 3] }
integration: { image: cyclone-test/busybox:1, commands: [echo on] }
`,
  );
  expect(allowed.conclusions).toEqual({
    cyclone: 'success',
    'cyclone/pre_build': 'neutral',
    'cyclone/integration': 'success',
  });
  expect(allowed.check('cyclone/pre_build').title).toBe(
    'Failed at command 1 of 1: exit 3 exited 3 · allowed to fail',
  );
  expect(allowed.check('cyclone').title).toMatch(/ · 1 allowed failure$/);
}, 60_000);

test('services beside a stage of its own, reached by name and gone with it', async () => {
  const served = await run(
    'acme/served',
    `stages:
  smoke:
    image: cyclone-test/busybox:1
    services:
      web:
        image: cyclone-test/busybox:1
        commands: ['mkdir -p /www && echo hello from web > /www/index.html', 'httpd -f -h /www']
    commands:
      - until wget -q -O- http://web/; do sleep 0.1; done
`,
  );
  expect(served.conclusions).toEqual({ cyclone: 'success', 'cyclone/smoke': 'success' });
  expect(await served.log('smoke')).toContain('hello from web\n');
  expect(served.check('cyclone/smoke').summary).toContain('services');
}, 60_000);

test('resources are the limits of the container', async () => {
  const limited = await run(
    'acme/limited',
    `pre_build:
  image: cyclone-test/busybox:1
  resources: { cpu: 0.5, memory: 64Mi, pids: 50 }
  commands:
    - cd /sys/fs/cgroup
    - cat memory.max 2>/dev/null || cat memory/memory.limit_in_bytes
    - cat cpu.max 2>/dev/null || cat cpu/cpu.cfs_quota_us cpu/cpu.cfs_period_us
    - cat pids.max 2>/dev/null || cat pids/pids.max
`,
  );
  const log = await limited.log('pre_build');
  expect(limited.conclusions).toMatchObject({ cyclone: 'success' });
  const [memory, quota, period, pids] = log.match(/^\d+(?= |$)|(?<=^\d+ )\d+$/gm) ?? [];
  expect([memory, pids]).toEqual([String(64 * 1024 ** 2), '50']);
  expect(Number(quota) / Number(period)).toBe(0.5);
}, 60_000);

test('environment of the file is in every container, and a stage has the last word', async () => {
  const set = await run(
    'acme/environment',
    `environment: { GREETING: hello, WHO: all }
pre_build: { image: cyclone-test/busybox:1, commands: ['echo "$GREETING $WHO"'] }
stages:
  own: { image: cyclone-test/busybox:1, environment: { WHO: me }, commands: ['echo "$GREETING $WHO"'] }
`,
  );
  expect(await set.log('pre_build')).toContain('\nhello all\n');
  expect(await set.log('own')).toContain('\nhello me\n');
}, 60_000);
