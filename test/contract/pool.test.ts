import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { ContainerInspectInfo } from 'dockerode';
import { gitCheckout } from '../../src/adapters/git/checkout.js';
import { systemClock } from '../../src/composition/clock.js';
import type { PlannedStage } from '../../src/pipeline/model.js';
import { createKept } from '../../src/worker/create-kept.js';
import { createSandboxes } from '../../src/worker/create-sandboxes.js';
import { createStrays } from '../../src/worker/create-strays.js';
import { executeJob } from '../../src/worker/execute.js';
import { createPool } from '../../src/worker/pool/create-pool.js';
import { LABELS, type Lease } from '../../src/worker/ports.js';
import type { WorkerDeps } from '../../src/worker/worker-deps.js';
import { createOrigin, pushOf, repositoryAt, temporary } from '../adapters/git/origin.js';
import { MemoryDepot } from '../worker/memory-depot.js';
import { container, keptDeps, leaseOf, planned, Story, until } from '../worker/world.js';
import { MEBIBYTE, testEngine } from './support/engine.js';
import { BUSYBOX, busyboxImage, docker } from './support/images.js';

jest.setTimeout(120_000);

const bench = testEngine();
const origin = createOrigin();
const sha = origin.commit({ 'hello.txt': 'hello' });
const workspaces = temporary('workspaces');
const directory = path.join(temporary('pool'), 'pool');
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
const openPool = (size = 1) =>
  createPool({ ...machine, strays, directory, size, mostOfOne: 2, hasRoom: async () => true });
let pool = openPool();

beforeAll(() => busyboxImage());
afterEach(async () => {
  await pool.close();
  expect(await bench.leftovers()).toEqual([]);
  expect(readdirSync(workspaces)).toEqual([]);
  expect(existsSync(directory) ? readdirSync(directory) : []).toEqual([]);
  expect(warnings.splice(0)).toEqual([]);
  pool = openPool();
});
afterAll(() => bench.clean());

let runs = 0;

interface Around {
  /** Behind the one that waits. */
  readonly more?: readonly PlannedStage[];
  readonly sandboxes?: NonNullable<WorkerDeps['sandboxes']>;
}

/** A job whose first stage waits, when it has printed what it sees, for the file `go`. */
function begin(
  commands: readonly string[],
  over: Partial<Lease> = {},
  parts = {},
  { more = [], ...around }: Around = {},
) {
  const story = new Story();
  const run = (runs += 1);
  const stage = planned('pre_build', {
    kind: 'container',
    container: container({
      image: BUSYBOX,
      commands: [...commands, 'echo waiting', 'while [ ! -e go ]; do sleep 0.05; done'],
      environment: ['GREETING=hello world', 'ODD-NAME=1', 'UID=7'],
      extraHosts: ['files.example:10.0.0.9'],
      memLimit: 64 * MEBIBYTE,
      ...parts,
    }),
    services: [],
    outputs: ['/tmp/made'],
  });
  const never = new AbortController().signal;
  const lease = leaseOf([stage, ...more], {
    run,
    repository: repositoryAt(`file://${origin.directory}`),
    trigger: pushOf(sha),
    stageSecrets: { pre_build: { TOKEN: 's3cret-of-it' } },
    url: `http://cyclone.example/runs/${run}`,
    ...over,
  });
  const { hits } = pool.state();
  const ended = executeJob(
    lease,
    {
      ...machine,
      workspaces,
      kept: createKept(keptDeps({ ...machine, workspaces })),
      checkout,
      depot: new MemoryDepot(),
      observer: story,
      drain: { soft: never, hard: never },
      pool,
      ...around,
    },
    never,
  );
  const log = (): string => story.logs.get('pre_build') ?? '';
  return {
    run,
    log,
    story,
    async waiting(): Promise<ContainerInspectInfo> {
      await until(() => /^waiting$/m.test(log()) || story.outcomes.size > 0);
      const id = /^container (\w+)$/m.exec(log())?.[1] ?? '';
      return await docker().getContainer(id).inspect();
    },
    isWarm: () => pool.state().hits > hits,
    async end(): Promise<void> {
      const root = readdirSync(workspaces).find((name) => name.startsWith(`${run}-`)) ?? '';
      writeFileSync(path.join(workspaces, root, 'code/go'), '');
      expect(await ended).toBe('ended');
      expect(story.outcomes.get('pre_build')).toEqual({ kind: 'passed' });
    },
  };
}

/** What a container is from inside: all that is not its run's alone is the same, armed or cold. */
const PROBE = [
  'echo "container $(hostname)"',
  'echo made > /tmp/made',
  'env | sort',
  'id; pwd; umask; ulimit -a; ls -la /root/code | wc -l; cat hello.txt',
  "grep -E '^(Uid|Gid|Groups|Cap|NoNewPrivs|Seccomp)' /proc/self/status",
  // Layers of the container's own have names of their own.
  "grep -v '^overlay' /proc/mounts | cut -d ' ' -f 2-4",
  'cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/pids.max /sys/fs/cgroup/cpu.max 2>/dev/null || :',
  'cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/pids/pids.max 2>/dev/null || :',
  'ip link | grep -c mtu; ip route | wc -l; cat /etc/resolv.conf; grep example /etc/hosts',
  'tr "\\000" " " </proc/$$/cmdline; ls -l /proc/self/fd | wc -l; ps | wc -l',
];

async function makeOften(): Promise<void> {
  for (let times = 0; times < 2; times += 1) {
    const job = begin(PROBE);
    await job.waiting();
    await job.end();
  }
  pool.refill();
  await until(() => pool.state().armed > 0);
}

/** What holds it in, wherever it stands. */
function limits({ HostConfig, Config }: ContainerInspectInfo): object {
  return {
    ...HostConfig,
    NetworkMode: '',
    Mounts: HostConfig.Mounts?.map((mount) => ({ ...mount, Source: '' })),
    user: Config.User,
    directory: Config.WorkingDir,
    image: Config.Image,
    given: Config.Env.filter((entry) => !entry.startsWith('CYCLONE')),
  };
}

describe('the containers of a chain that was armed', () => {
  const NAMED = /^NAMED=(.*)$/;
  const later = (name: string, megabytes: number): PlannedStage =>
    planned(name, {
      kind: 'container',
      container: container({
        image: BUSYBOX,
        commands: ['echo there'],
        environment: [`NAMED=${name}`],
        memLimit: megabytes * MEBIBYTE,
      }),
      services: [],
      outputs: [],
    });
  const chain = (around: Around = {}) =>
    begin(
      ['echo "container $(hostname)"', 'echo made > /tmp/made'],
      {},
      { extraHosts: [], environment: ['NAMED=pre_build'] },
      { more: [later('second', 40), later('third', 50)], ...around },
    );

  /** Those of its stages, by their names. */
  const stagesOf = async (run: number): Promise<ReadonlyMap<string, ContainerInspectInfo>> => {
    const filters = { label: [`${LABELS.install}=${bench.install}`], name: [`^/?cyclone-${run}-`] };
    const found = await docker().listContainers({ filters });
    const all = await Promise.all(found.map(({ Id }) => docker().getContainer(Id).inspect()));
    return new Map(
      all.flatMap((one) => {
        const name = one.Config.Env?.map((entry) => NAMED.exec(entry)?.[1]).find((of) => of !== undefined);
        return name === undefined ? [] : [[name, one] as const];
      }),
    );
  };
  const whenArmed = async (
    job: ReturnType<typeof chain>,
  ): Promise<ReadonlyMap<string, ContainerInspectInfo>> => {
    await job.waiting();
    let stages = await stagesOf(job.run);
    while (stages.size < 3) stages = await stagesOf(job.run);
    return stages;
  };
  const end = async (job: ReturnType<typeof chain>): Promise<void> => {
    await job.end();
    expect([...job.story.outcomes.keys()]).toEqual(['pre_build', 'second', 'third']);
  };

  test('are as strict as those that are made for their job, and in one namespace like them', async () => {
    const sandboxes = createSandboxes({ ...machine, strays, size: 1 });
    sandboxes.refill();
    await until(() => sandboxes.ready() === 1);
    const cold = chain({ sandboxes });
    const coldly = await whenArmed(cold);
    expect(cold.isWarm()).toBe(false);
    await end(cold);
    await sandboxes.close();
    // What the third is made of is known when a job has come so far.
    for (let times = 0; times < 2; times += 1) {
      const job = chain();
      await job.waiting();
      await end(job);
    }
    pool.refill();
    await until(() => pool.state().armed > 0);
    const warm = chain();
    const warmly = await whenArmed(warm);
    expect(warm.isWarm()).toBe(true);
    await end(warm);

    for (const stage of ['pre_build', 'second', 'third']) {
      const [one, other] = [coldly.get(stage), warmly.get(stage)];
      if (one === undefined || other === undefined) throw new Error(`no container of ${stage}`);
      expect(other.Config.Labels).toHaveProperty([LABELS.pool]);
      expect(limits(other)).toEqual(limits(one));
    }
    for (const stages of [coldly, warmly]) {
      const modes = new Set([...stages.values()].map(({ HostConfig }) => HostConfig.NetworkMode));
      expect([...modes]).toEqual([expect.stringMatching(/^container:/)]);
    }
  });
});

describe('an armed container', () => {
  test('is to its stage what a cold one is', async () => {
    const cold = begin(PROBE);
    const coldly = await cold.waiting();
    await cold.end();
    expect(cold.isWarm()).toBe(false);
    await makeOften();
    const warm = begin(PROBE);
    const warmly = await warm.waiting();
    expect(warm.isWarm()).toBe(true);
    await warm.end();

    const plain = (log: string, run: number, { Id }: ContainerInspectInfo): string =>
      log
        .replaceAll(Id.slice(0, 12), '<id>')
        .replaceAll(`/runs/${run}`, '/runs/<run>')
        .replaceAll(`CYCLONE_RUN=${run}`, 'CYCLONE_RUN=<run>')
        .replaceAll(/printf '.036[0-9a-f]{32}/g, '<marker>')
        .replaceAll(/cyclone-pool-\w+|\d+-chain/g, '<workspace>');
    expect(plain(warm.log(), warm.run, warmly)).toBe(plain(cold.log(), cold.run, coldly));
    expect(warm.log()).toContain('GREETING=hello world\n');
    expect(warm.log()).toContain('TOKEN=***');

    expect(limits(warmly)).toEqual(limits(coldly));
    // One network, and of nobody else.
    for (const { NetworkSettings, HostConfig } of [coldly, warmly])
      expect(Object.keys(NetworkSettings.Networks)).toEqual([HostConfig.NetworkMode]);
    const mounted = warmly.HostConfig.Mounts ?? [];
    expect(mounted.map(({ Target }) => Target)).toContain('/root/code');
    expect(mounted.filter(({ Target }) => Target !== '/root/code').every(({ ReadOnly }) => ReadOnly)).toBe(
      true,
    );
  });

  test('is one job’s alone', async () => {
    await makeOften();
    const [one, other] = [begin(PROBE), begin(PROBE)];
    const [first, second] = await Promise.all([one.waiting(), other.waiting()]);
    expect(first.Id).not.toBe(second.Id);
    expect(Object.keys(first.NetworkSettings.Networks)).not.toEqual(
      Object.keys(second.NetworkSettings.Networks),
    );
    expect([first, second].filter(({ Config }) => Config.Labels[LABELS.pool] !== undefined)).toHaveLength(1);
    await Promise.all([one.end(), other.end()]);
  });

  test.each([
    ['from a fork', { trigger: { ...pushOf(sha), fork: true } }, {}],
    ['that is trusted', { trusted: true }, {}],
    ['of another repository', { repository: { ...repositoryAt(`file://${origin.directory}`), id: 77 } }, {}],
    ['with another limit', {}, { memLimit: 32 * MEBIBYTE }],
    ['with other variables', {}, { environment: ['GREETING=bye'] }],
  ])('is not given to work %s', async (_, over, parts) => {
    await makeOften();
    const job = begin(PROBE, over, parts);
    const { Config } = await job.waiting();
    expect(Config.Labels[LABELS.pool]).toBeUndefined();
    expect(job.isWarm()).toBe(false);
    expect(pool.state().armed).toBe(1);
    await job.end();
  });

  test('runs whatever commands the stage has by then', async () => {
    await makeOften();
    const job = begin(['echo "container $(hostname)"', 'echo made > /tmp/made', 'echo other words']);
    await job.waiting();
    expect(job.isWarm()).toBe(true);
    expect(job.log()).toMatch(/^other words$/m);
    await job.end();
  });

  test('that dies is noticed, and another one armed', async () => {
    await makeOften();
    await makeOften();
    const [dead = { Id: '' }] = await docker().listContainers({
      filters: { label: [`${LABELS.install}=${bench.install}`, LABELS.pool] },
    });
    await docker().getContainer(dead.Id).remove({ force: true });
    await until(() => warnings.some((line) => line.includes(dead.Id)));
    await until(() => pool.state().armed === 1);
    warnings.splice(0);
    const job = begin(PROBE);
    expect((await job.waiting()).Id).not.toBe(dead.Id);
    expect(job.isWarm()).toBe(true);
    await job.end();
  });

  test('that runs is found by who takes over its job', async () => {
    await makeOften();
    const job = begin(PROBE);
    const { Id } = await job.waiting();
    expect(job.isWarm()).toBe(true);
    const labels = { [LABELS.install]: bench.install, [LABELS.run]: String(job.run), [LABELS.job]: 'chain' };
    await bench.engine.reap(labels, { images: false });
    await until(() => job.story.outcomes.size > 0);
    await expect(docker().getContainer(Id).inspect()).rejects.toMatchObject({ statusCode: 404 });
    expect(job.story.outcomes.get('pre_build')).toMatchObject({ kind: 'failed' });
    await until(() => readdirSync(workspaces).length === 0);
  });
});
