import { readdirSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { PlannedStage } from '../../src/pipeline/model.js';
import { executeJob } from '../../src/worker/execute.js';
import type { Lease } from '../../src/worker/ports.js';
import { createOrigin, pushOf, repositoryAt, temporary } from '../adapters/git/origin.js';
import { BUILD, container, leaseOf, planned, Story, service } from '../worker/world.js';
import { MEBIBYTE, testEngine } from './support/engine.js';
import { freePort } from './support/free-port.js';
import { BUSYBOX, busyboxImage, docker, NO_SHELL, noShellImage } from './support/images.js';
import { realWorker } from './support/real-worker.js';

jest.setTimeout(120_000);

const bench = testEngine();
const origin = createOrigin();
const sha = origin.commit({
  'hello.txt': 'hello',
  Dockerfile: `FROM ${BUSYBOX}\nCOPY hello.txt /hello.txt\nWORKDIR /hello\n`,
  'src/deep/file': 'deep',
});
const mirrors = temporary('mirrors');

beforeAll(async () => {
  await busyboxImage();
  await noShellImage();
});
afterEach(async () => {
  expect(await bench.leftovers()).toEqual([]);
});
afterAll(() => bench.clean());

const shell = (commands: readonly string[], over: Parameters<typeof container>[0] = {}) =>
  ({
    kind: 'container',
    container: container({ image: BUSYBOX, commands, ...over }),
    services: [],
    outputs: [],
  }) as const;

interface Ran {
  readonly story: Story;
  readonly log: (stage: string) => string;
  readonly warnings: readonly string[];
}

async function run(
  stages: readonly PlannedStage[],
  over: Partial<Lease> = {},
  signal = new AbortController().signal,
): Promise<Ran> {
  const story = new Story();
  const warnings: string[] = [];
  const warn = (fields: unknown, message: string): void =>
    void warnings.push(`${message} ${JSON.stringify(fields)}`);
  const deps = realWorker(bench, { story, mirrors, warn });
  const lease = leaseOf(stages, {
    repository: repositoryAt(`file://${origin.directory}`),
    trigger: pushOf(sha),
    ...over,
  });
  expect(await executeJob(lease, deps, signal)).toBe('ended');
  expect(readdirSync(deps.workspaces)).toEqual([]);
  return { story, log: (stage) => story.logs.get(stage) ?? '', warnings };
}

describe('a job on the real engine', () => {
  test('runs a chain that shares its workspace and its image', async () => {
    const { story, log, warnings } = await run([
      planned('pre_build', {
        ...shell(['cat hello.txt', 'echo made > /tmp/made']),
        outputs: ['/tmp/made', 'hello.txt', 'src/deep'],
      }),
      planned('build', BUILD),
      planned(
        'integration',
        shell(['cat /hello.txt made deep/file', 'echo "$CYCLONE_IMAGE"'], { image: 'BUILT_IMAGE' }),
      ),
      planned('after', shell(['echo "$CYCLONE_IMAGE in $PWD"'])),
    ]);
    expect([...story.outcomes]).toEqual(
      ['pre_build', 'build', 'integration', 'after'].map((stage) => [stage, { kind: 'passed' }]),
    );
    expect(log('pre_build')).toBe('$ cat hello.txt\nhello\n$ echo made > /tmp/made\n');
    expect(log('integration')).toContain('hellomade\ndeep');
    expect(log('after')).toContain('localhost:5000/acme/api:v1 in /root/code');
    expect(warnings).toEqual([]);
  });

  test('has a git that works, as far as the image has one', async () => {
    const { log } = await run([
      planned(
        'a',
        shell([
          'test -f .git/HEAD',
          'ls "$(cat .git/objects/info/alternates)"',
          'touch "$(cat .git/objects/info/alternates)/evil"',
        ]),
      ),
    ]);
    expect(log('a')).toMatch(/pack/);
    expect(log('a')).toMatch(/Read-only file system/);
  });

  test('names the command that failed, and its exit', async () => {
    const { story } = await run([planned('a', shell(['true', 'sh -c "exit 7"', 'echo never']))]);
    expect(story.outcomes.get('a')).toEqual({
      kind: 'failed',
      failure: {
        code: 'exit',
        message: '',
        exitCode: 7,
        command: { index: 2, total: 3, text: 'sh -c "exit 7"' },
      },
    });
  });

  test('ends with its script, and nothing of it lives on', async () => {
    const begin = Date.now();
    const { story, log } = await run([
      planned('a', shell(['(while :; do echo x >> left; sleep 0.01; done) &', 'sleep 0.1'])),
      planned(
        'b',
        shell(['wc -l < left > one', 'sleep 0.3', 'wc -l < left > two', 'cmp one two && echo same']),
      ),
    ]);
    expect(story.outcomes.get('b')).toEqual({ kind: 'passed' });
    expect(log('b')).toMatch(/same\n$/);
    expect(Date.now() - begin).toBeLessThan(60_000);
  });

  test.each([
    ['kills its shell', 'kill -KILL $$', { code: 'signal', signal: 'SIGKILL' }],
    ['kills everything', 'kill -KILL -1; sleep 5', { code: 'signal' }],
    ['kills the waiting shell', 'kill -TERM $PPID; sleep 5', { code: 'signal' }],
    [
      'needs too much memory',
      'head -c 200000000 /dev/zero | tail',
      { code: 'out_of_memory', memoryLimit: 32 * MEBIBYTE },
    ],
    ['does not exist', 'no-such-program', { code: 'exit', exitCode: 127 }],
  ])('a script that %s fails with the cause', async (_, command, failure) => {
    const { story } = await run([planned('a', shell([command], { memLimit: 32 * MEBIBYTE }))]);
    expect(story.outcomes.get('a')).toMatchObject({ kind: 'failed', failure });
  });

  test('memory that was too much for a part only is a note', async () => {
    const { story } = await run([
      planned(
        'a',
        // All of it offers itself to the kernel, which takes another one while the first still holds its memory.
        shell(
          [
            "sh -c 'echo 1000 >/proc/self/oom_score_adj; head -c 200000000 /dev/zero | tail >/dev/null' || echo survived",
          ],
          { memLimit: 32 * MEBIBYTE },
        ),
      ),
    ]);
    expect(story.outcomes.get('a')).toEqual({ kind: 'passed' });
    expect(story.facts.get('a')?.notes?.join()).toMatch(/memory/);
  });

  test('an image without a shell fails by name, and runs its own command', async () => {
    const { story, log } = await run([
      planned('own', { ...shell([]), container: container({ image: NO_SHELL }) }),
      planned('a', shell(['true'], { image: NO_SHELL })),
    ]);
    expect(log('own')).toBe(`Running ${NO_SHELL}\nhello\n`);
    expect(story.outcomes.get('a')).toMatchObject({
      failure: { code: 'no_shell', message: expect.stringContaining(NO_SHELL) },
    });
  });

  test('services answer to their names and aliases, and are gone in the next stage', async () => {
    const web = service('web', {
      image: BUSYBOX,
      command: ['/bin/sh', '-c', 'mkdir /www; echo served > /www/index.html; httpd -f -p 80 -h /www'],
    });
    const fetch = (name: string): string =>
      `for i in 1 2 3 4 5 6 7 8 9; do wget -q -O - http://${name}/ && break; sleep 0.2; done`;
    const { story, log } = await run([
      planned('a', { ...shell([fetch('web'), fetch('site')], { links: ['web:site'] }), services: [web] }),
      planned('b', shell(['! wget -q -O - http://web/'])),
    ]);
    expect(log('a').match(/^served$/gm)).toHaveLength(2);
    expect(story.outcomes.get('b')).toEqual({ kind: 'passed' });
    expect(story.facts.get('a')?.services).toEqual(['web']);
  });

  test('ports of a trusted repository are on the host', async () => {
    const port = await freePort();
    const cancel = new AbortController();
    const serve = ['mkdir /www', 'echo published > /www/index.html', 'httpd -f -p 80 -h /www'];
    const stage = planned('a', shell(serve, { ports: [`127.0.0.1:${port}:80`] }));
    const ran = run([stage], { trusted: true }, cancel.signal);
    const page = async (): Promise<string> =>
      await fetch(`http://127.0.0.1:${port}/`).then(
        (response) => response.text(),
        () => '',
      );
    let over = false;
    void ran.finally(() => (over = true));
    let seen = '';
    while (seen === '' && !over) seen = await page();
    cancel.abort('seen');
    expect((await ran).story.outcomes.get('a')).toEqual({ kind: 'cancelled', by: 'seen' });
    expect(seen).toBe('published\n');
  });

  test('a cancel stops it in the middle', async () => {
    const cancel = new AbortController();
    setTimeout(() => cancel.abort('superseded'), 1500);
    const { story } = await run(
      [planned('a', shell(['sleep 60'])), planned('b', shell(['true']))],
      {},
      cancel.signal,
    );
    expect(story.outcomes.get('a')).toEqual({ kind: 'cancelled', by: 'superseded' });
    expect(story.outcomes.has('b')).toBe(false);
  });

  test('a container that is removed from outside says so', async () => {
    const remove = async (): Promise<void> => {
      const filters = { label: [`cyclone.install=${bench.install}`], status: ['running'] };
      const found = await docker().listContainers({ filters });
      await Promise.all(found.map(({ Id }) => docker().getContainer(Id).remove({ force: true })));
    };
    setTimeout(() => void remove(), 1500);
    const { story } = await run([planned('a', shell(['sleep 60']))]);
    expect(story.outcomes.get('a')).toMatchObject({ failure: { code: 'container_removed' } });
  });

  test('a Dockerfile that only brings files brings them', async () => {
    const { story, log } = await run([
      planned('pre_build', {
        ...(BUILD as Extract<typeof BUILD, { kind: 'image_build' }>),
        purpose: 'outputs',
        outputs: ['/hello.txt', '../bin/busybox'],
      }),
      planned('a', shell(['ls', './busybox true'])),
    ]);
    expect(story.outcomes.get('pre_build')).toEqual({ kind: 'passed' });
    expect(story.outcomes.get('a')).toEqual({ kind: 'passed' });
    expect(log('a')).toContain('busybox');
  });

  test('a log of a hundred thousand lines is whole', async () => {
    const { log } = await run([planned('a', shell(['seq 100000']))]);
    expect(log('a')).toBe(
      `$ seq 100000\n${Array.from({ length: 100_000 }, (_, index) => `${index + 1}\n`).join('')}`,
    );
  });
});
