import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { executeJob } from '../../src/worker/execute.js';
import { createMarkerSplitter } from '../../src/worker/markers.js';
import type { Container, Output } from '../../src/worker/ports.js';
import { createScript, goSignal } from '../../src/worker/script.js';
import { createOrigin, pushOf, repositoryAt, temporary } from '../adapters/git/origin.js';
import { container, leaseOf, planned, Story } from '../worker/world.js';
import { MEBIBYTE, testEngine } from './support/engine.js';
import { BUSYBOX, busyboxImage, docker } from './support/images.js';
import { realWorker } from './support/real-worker.js';

jest.setTimeout(60_000);

const bench = testEngine();
const origin = createOrigin();
const sha = origin.commit({ hello: 'hello' });
const mirrors = temporary('mirrors');

beforeAll(() => busyboxImage());
afterEach(async () => {
  expect(await bench.leftovers()).toEqual([]);
});
afterAll(() => bench.clean());

/** A stage that leaves /out behind, and one that shows it. `copying`: while the first one's is copied. */
async function run(
  commands: readonly string[],
  copying: (container: Container) => Promise<void> = async () => undefined,
): Promise<{ readonly story: Story; readonly shown: string }> {
  const story = new Story();
  const engine = {
    ...bench.engine,
    async container(...spec: Parameters<typeof bench.engine.container>) {
      const made = await bench.engine.container(...spec);
      const archive = made.archive.bind(made);
      made.archive = async (path) => {
        await copying(made);
        return await archive(path);
      };
      return made;
    },
  };
  const shell = (lines: readonly string[], outputs: readonly string[]) =>
    ({
      kind: 'container',
      container: container({ image: BUSYBOX, commands: lines, memLimit: 64 * MEBIBYTE }),
      services: [],
      outputs,
    }) as const;
  const stages = [
    planned('a', shell(commands, ['/out'])),
    planned('b', shell(['cat out/*; wc -c < out/said'], [])),
  ];
  const lease = leaseOf(stages, {
    repository: repositoryAt(`file://${origin.directory}`),
    trigger: pushOf(sha),
  });
  const deps = realWorker(bench, { story, mirrors, engine });
  expect(await executeJob(lease, deps, new AbortController().signal)).toBe('ended');
  return { story, shown: story.logs.get('b')?.split('\n').slice(1).join('\n') ?? '' };
}

test.each([
  ['ends', 'true'],
  ['exits', 'exit 0'],
  ['runs another program in its place', 'exec true'],
  ['closes its input and output', 'exec <&- >&- 2>&-'],
  ['kills what it started', 'sleep 100 & kill %1'],
])('outputs of a script that %s are copied', async (_, command) => {
  const { story, shown } = await run(['mkdir /out', 'echo made > /out/said', command]);
  expect(story.outcomes.get('a')).toEqual({ kind: 'passed' });
  expect(shown).toBe('made\n5\n');
});

test('of what a script left running, nothing runs while its outputs are copied', async () => {
  let processes: readonly string[] = [];
  const { story } = await run(
    [
      'mkdir /out',
      '(while :; do echo x >> /out/said; done) &',
      'setsid sleep 1000 &',
      'while [ ! -s /out/said ]; do sleep 0.01; done',
    ],
    async ({ id }) => {
      const { Processes } = (await docker().getContainer(id).top({ ps_args: 'o pid,ppid,comm' })) as {
        Processes: readonly (readonly string[])[];
      };
      processes = Processes.map((fields) => fields[2] ?? '');
    },
  );
  expect(story.outcomes.get('a')).toEqual({ kind: 'passed' });
  expect(processes).toEqual([expect.stringMatching(/init/), 'sh']);
});

test.each([
  ['fails', 'exit 7', { code: 'exit', exitCode: 7 }],
  ['kills the waiting shell', 'kill -KILL $PPID; sleep 5', { code: 'signal' }],
  ['kills everything', 'kill -KILL -1; sleep 5', { code: 'signal' }],
  ['needs too much memory', 'head -c 200000000 /dev/zero | tail', { code: 'out_of_memory' }],
])('a script with outputs that %s is told with its cause', async (_, command, failure) => {
  const { story } = await run(['mkdir /out', 'echo made > /out/said', command]);
  expect(story.outcomes.get('a')).toMatchObject({ kind: 'failed', failure });
});

test('a container that waits for its outputs to be copied ends with our connection to it', async () => {
  const script = createScript(['echo said']);
  const [entrypoint = '', ...command] = script.entrypoint;
  const made = await bench.engine.container(
    bench.script('', { entrypoint: [entrypoint], command, stdin: true }),
  );
  await made.start();
  await made.write(goSignal(script, { late: [], stays: true }));
  const output = made.output()[Symbol.asyncIterator]();
  const splitter = createMarkerSplitter(script);
  while (!hasEnded(await output.next(), splitter)) continue;
  const { State } = await docker().getContainer(made.id).inspect();
  expect(State.Running).toBe(true);
  await output.return?.();
  expect(await made.exited()).toMatchObject({ exitCode: 0, removed: false });
  await made.remove();
});

function hasEnded(
  { done, value }: IteratorResult<Output>,
  splitter: ReturnType<typeof createMarkerSplitter>,
): boolean {
  if (done === true) throw new Error('it did not stay');
  return splitter.push(value.bytes).some(({ kind }) => kind === 'end');
}
