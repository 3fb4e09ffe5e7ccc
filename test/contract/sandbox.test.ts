import { readdirSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { ContainerInspectInfo } from 'dockerode';
import { gitCheckout } from '../../src/adapters/git/checkout.js';
import { openFirewall } from '../../src/adapters/iptables/firewall.js';
import { systemClock } from '../../src/composition/clock.js';
import type { PlannedStage } from '../../src/pipeline/model.js';
import { createKept } from '../../src/worker/create-kept.js';
import { createSandboxes } from '../../src/worker/create-sandboxes.js';
import { createStrays } from '../../src/worker/create-strays.js';
import { executeJob } from '../../src/worker/execute.js';
import { LABELS, type Lease } from '../../src/worker/ports.js';
import { createOrigin, pushOf, repositoryAt, temporary } from '../adapters/git/origin.js';
import { MemoryDepot } from '../worker/memory-depot.js';
import { container, keptDeps, leaseOf, planned, Story, service, until } from '../worker/world.js';
import { MEBIBYTE, testEngine } from './support/engine.js';
import { BUSYBOX, busyboxImage, docker } from './support/images.js';

jest.setTimeout(120_000);

const bench = testEngine({ firewall: await openFirewall() });
const origin = createOrigin();
const sha = origin.commit({ 'hello.txt': 'hello' });
const workspaces = temporary('workspaces');
const warnings: string[] = [];
const warn = (fields: unknown, message: string): void =>
  void warnings.push(`${message} ${JSON.stringify(fields)}`);
const machine = {
  engine: bench.engine,
  clock: systemClock,
  install: bench.install,
  workerId: 'w1',
  limits: { memory: 256 * MEBIBYTE, cpus: 2, pids: 256 },
  logger: { info: () => undefined, warn, error: warn },
};
const strays = createStrays({ ...machine, engineBack: async () => undefined });
const checkout = gitCheckout({ mirrors: temporary('mirrors'), allowFile: true });
const openSandboxes = (size: number) => createSandboxes({ ...machine, strays, size });
let sandboxes = openSandboxes(1);

beforeAll(() => busyboxImage());
afterEach(async () => {
  await sandboxes.close();
  expect(await bench.leftovers()).toEqual([]);
  expect(readdirSync(workspaces)).toEqual([]);
  expect(warnings.splice(0)).toEqual([]);
  sandboxes = openSandboxes(1);
});
afterAll(() => bench.clean());

const ready = async (count = 1): Promise<void> => {
  sandboxes.refill();
  await until(() => sandboxes.ready() === count);
};

const shell = (
  id: string,
  commands: readonly string[],
  over: Parameters<typeof container>[0] = {},
  parts: Partial<PlannedStage> = {},
): PlannedStage =>
  planned(
    id,
    {
      kind: 'container',
      container: container({ image: BUSYBOX, commands, ...over }),
      services: [],
      outputs: [],
    },
    parts,
  );

let runs = 0;

function begin(stages: readonly PlannedStage[], over: Partial<Lease> = {}, cancel = new AbortController()) {
  const story = new Story();
  const run = (runs += 1);
  const never = new AbortController().signal;
  const ended = executeJob(
    leaseOf(stages, {
      run,
      repository: repositoryAt(`file://${origin.directory}`),
      trigger: pushOf(sha),
      ...over,
    }),
    {
      ...machine,
      workspaces,
      kept: createKept(keptDeps({ ...machine, workspaces })),
      checkout,
      depot: new MemoryDepot(),
      observer: story,
      drain: { soft: never, hard: never },
      sandboxes,
    },
    cancel.signal,
  );
  return { run, story, ended, log: (stage: string) => story.logs.get(stage) ?? '' };
}

async function run(stages: readonly PlannedStage[], over: Partial<Lease> = {}) {
  const job = begin(stages, over);
  expect(await job.ended).toBe('ended');
  return job;
}

const passed = (...stages: readonly string[]): unknown => stages.map((stage) => [stage, { kind: 'passed' }]);

const WHERE = 'readlink /proc/self/ns/net';

/** The namespace that a stage says it is in. */
const where = (log: string): string => /^net:\[\d+\]$/m.exec(log)?.[0] ?? '';

describe('stages of a job with a sandbox', () => {
  test('are in one namespace, with processes of their own; another job is in another', async () => {
    await ready();
    const stages = [shell('a', [WHERE, 'hostname', 'ps']), shell('b', [WHERE]), shell('c', [WHERE])];
    const one = await run(stages);
    expect([...one.story.outcomes]).toEqual(passed('a', 'b', 'c'));
    expect(new Set(['a', 'b', 'c'].map((stage) => where(one.log(stage)))).size).toBe(1);
    expect(one.log('a')).not.toMatch(/\/wait$/m);
    await ready();
    const other = await run([shell('a', ['hostname'])]);
    // The number of a namespace that is gone is given to the next one; the id of what waits in it is not.
    const host = (log: string): string => /^[0-9a-f]{12}$/m.exec(log)?.[0] ?? '';
    expect(host(other.log('a'))).not.toBe(host(one.log('a')));
  });

  test('listen where the one before did, whoever was connected to it and however it ended', async () => {
    await ready();
    const serve = [
      'mkdir -p /www; echo page > /www/index.html',
      '(while :; do httpd -f -p 8080 -h /www; done) &',
      'for i in 1 2 3 4 5 6 7 8 9; do wget -q -O - http://127.0.0.1:8080/ && break; sleep 0.1; done',
      '(sleep 600 | nc 127.0.0.1 8080) & sleep 0.1; netstat -tn | grep -q 8080.*ESTABLISHED',
      // One that does not ask for an address that is still in use: SO_REUSEADDR is not set.
      'netstat -tn | grep -c TIME_WAIT || true',
    ];
    const { story, log } = await run(['a', 'b', 'c', 'd'].map((id) => shell(id, serve)));
    expect([...story.outcomes]).toEqual(passed('a', 'b', 'c', 'd'));
    for (const id of ['a', 'b', 'c', 'd']) expect(log(id)).toMatch(/^page$[^]*^0$/m);
  });

  test('find names as their engine gave them, whatever the one before wrote', async () => {
    await ready();
    const show = 'cat /etc/hosts /etc/resolv.conf; hostname';
    const spoil = ['echo 127.0.0.1 db >> /etc/hosts', 'echo nameserver 192.0.2.1 > /etc/resolv.conf'];
    const { log } = await run([shell('a', [show]), shell('b', spoil), shell('c', [show])]);
    expect(log('a')).toContain('nameserver 127.0.0.11\n');
    expect(log('c')).toBe(log('a'));
  });

  test('reach services by name, and the internet only through the walls', async () => {
    await ready();
    const web = service('web', {
      image: BUSYBOX,
      command: ['/bin/sh', '-c', 'mkdir /www; echo served > /www/index.html; httpd -f -p 80 -h /www'],
    });
    const ask = 'for i in 1 2 3 4 5 6 7 8 9; do wget -q -O - http://web/ && break; sleep 0.2; done';
    const first = shell('a', [WHERE, ask, '! nc -w 2 169.254.169.254 80 </dev/null']);
    const withService = {
      ...first,
      spec: { ...first.spec, services: [web] },
    } as PlannedStage;
    const { story, log } = await run([withService, shell('b', [WHERE])]);
    expect([...story.outcomes]).toEqual(passed('a', 'b'));
    expect(log('a')).toMatch(/^served$/m);
    expect(where(log('a'))).toBe(where(log('b')));
  });

  test.each([
    ['hosts of its own', { extraHosts: ['files.example:10.0.0.9'] }],
    ['name servers of its own', { dns: ['192.0.2.1'] }],
    ['no network', { net: 'none' }],
  ])('are left alone by one with %s', async (_, over) => {
    await ready();
    const { story, log } = await run([shell('a', [WHERE], over), shell('b', [WHERE]), shell('c', [WHERE])], {
      trusted: true,
    });
    expect([...story.outcomes]).toEqual(passed('a', 'b', 'c'));
    expect(where(log('b'))).toBe(where(log('c')));
    expect(where(log('a'))).not.toBe(where(log('b')));
  });

  test('share one that was made for them where none was ready, but for the first, which does not wait', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const { story, log } = await run(names.map((id) => shell(id, [WHERE, 'sleep 0.5'])));
    expect([...story.outcomes]).toEqual(passed(...names));
    const [first, ...others] = names.map((id) => where(log(id)));
    expect(new Set(others.slice(1)).size).toBe(1);
    expect(others).not.toContain(first);
  });

  test('are made as strict as those on their own', async () => {
    const stages = [shell('a', ['echo here', 'while [ ! -e /tmp/go ]; do sleep 0.05; done'])];
    const seen = async (): Promise<object> => {
      const cancel = new AbortController();
      const job = begin(stages, {}, cancel);
      await until(() => job.log('a').includes('\nhere\n') || job.story.outcomes.size > 0);
      const { HostConfig, Config } = await stageOf(job.run);
      cancel.abort('seen');
      await job.ended;
      const {
        Hostname: _,
        Labels: __,
        Env: ___,
        Entrypoint: ____,
        ...config
      } = Config as never as Record<string, unknown>;
      const mounts = HostConfig.Mounts?.map((mount) => ({ ...mount, Source: '' }));
      return { ...HostConfig, Mounts: mounts, NetworkMode: '', config };
    };
    const alone = await seen();
    await ready();
    expect(await seen()).toEqual(alone);
  });
});

async function stageOf(job: number): Promise<ContainerInspectInfo> {
  const [found = { Id: '' }] = await docker().listContainers({
    filters: { label: [`${LABELS.install}=${bench.install}`, `${LABELS.run}=${job}`] },
  });
  return await docker().getContainer(found.Id).inspect();
}

describe('what waits in a sandbox', () => {
  const waits = async (): Promise<readonly { readonly Id: string; readonly Names: string[] }[]> =>
    await docker().listContainers({
      filters: { label: [`${LABELS.install}=${bench.install}`, LABELS.pool] },
    });

  test('has no rights and hardly any memory, and ends when nobody holds its input', async () => {
    const network = await bench.engine.network(`${bench.install}-held`, bench.labels);
    const name = `${bench.install}-held-wait`;
    const waiting = await bench.engine.waiting({ name, labels: bench.labels, network: network.name });
    const { HostConfig, Config, State } = await docker().getContainer(name).inspect();
    expect(HostConfig).toMatchObject({ CapDrop: ['ALL'], CapAdd: [], ReadonlyRootfs: true, PidsLimit: 32 });
    expect(HostConfig.Memory).toBeLessThanOrEqual(32 * MEBIBYTE);
    expect(Config).toMatchObject({ User: '65534:65534', StdinOnce: true });
    expect(State.Running).toBe(true);
    await waiting?.output()[Symbol.asyncIterator]().return?.();
    await waiting?.remove();
    await network.remove();
  });

  test('is replaced when it dies, and found by who takes over its job', async () => {
    await ready();
    const [{ Id: first } = { Id: '' }] = await waits();
    await docker().getContainer(first).kill();
    await until(() => sandboxes.ready() === 0);
    await ready();
    const job = begin([shell('a', ['echo here', 'sleep 600'])]);
    await until(() => job.log('a').includes('\nhere\n'));
    expect(await waits()).toMatchObject([{ Names: [expect.stringMatching(`^/cyclone-${job.run}-`)] }]);
    const labels = { [LABELS.install]: bench.install, [LABELS.run]: String(job.run), [LABELS.job]: 'chain' };
    await bench.engine.reap(labels, { images: false });
    expect(await waits()).toEqual([]);
    await job.ended;
    expect(job.story.outcomes.get('a')).toMatchObject({ kind: 'failed' });
  });
});
