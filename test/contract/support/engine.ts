import { randomBytes } from 'node:crypto';
import type { DockerEngineOptions } from '../../../src/adapters/docker/engine.js';
import { dockerEngine } from '../../../src/adapters/docker/engine.js';
import type {
  Container,
  ContainerCreate,
  Engine,
  ExitState,
  Labels,
  Output,
} from '../../../src/worker/ports.js';
import { LABELS } from '../../../src/worker/ports.js';
import { BUSYBOX, docker } from './images.js';

export const MEBIBYTE = 1024 * 1024;

/** An engine of an installation that nobody else has, so that files of tests may run side by side. */
export interface TestEngine {
  readonly engine: Engine;
  readonly install: string;
  readonly labels: Labels;
  /** A container of busybox with a shell script, no network, small limits; parts of it may differ. */
  readonly script: (text: string, parts?: Partial<ContainerCreate>) => ContainerCreate;
  /** All of runs that bears the installation's label, as `container …`, `network …`, `image …`; not layers of builds. */
  leftovers(): Promise<readonly string[]>;
  /** For afterEach or afterAll: removes all of it. */
  clean(): Promise<void>;
}

export function testEngine(options: Partial<DockerEngineOptions> = {}): TestEngine {
  const install = `test-${randomBytes(4).toString('hex')}`;
  const engine = dockerEngine({ install, firewall: undefined, ...options });
  const labels: Labels = { [LABELS.install]: install, [LABELS.run]: '1' };
  const filters = { label: [`${LABELS.install}=${install}`] };
  return {
    engine,
    install,
    labels,
    script: (text, parts = {}) => ({
      name: `${install}-${randomBytes(4).toString('hex')}`,
      image: BUSYBOX,
      labels,
      environment: [],
      entrypoint: ['/bin/sh'],
      command: ['-c', text],
      user: '0',
      mounts: [],
      aliases: [],
      links: [],
      extraHosts: [],
      dns: [],
      devices: [],
      publish: [],
      privileged: false,
      limits: { memory: 256 * MEBIBYTE, cpus: 1, pids: 128 },
      oomKillDisable: false,
      stdin: false,
      ...parts,
    }),
    async leftovers() {
      const [containers, networks, images] = await Promise.all([
        docker().listContainers({ all: true, filters }),
        docker().listNetworks({ filters }),
        docker().listImages({ filters: { label: [...filters.label, LABELS.run] } }),
      ]);
      return [
        ...containers.map(({ Names }) => `container ${Names.join(' ')}`),
        ...networks.map(({ Name }) => `network ${Name}`),
        ...images.map(({ Id }) => `image ${Id}`),
      ];
    },
    async clean() {
      await engine.reap({}, { images: false });
      const images = await docker().listImages({ filters: { label: [...filters.label, LABELS.run] } });
      for (const run of new Set(images.map(({ Labels: of }) => of[LABELS.run] ?? '')))
        await engine.reap({ [LABELS.run]: run }, { images: true });
      await engine.tidy(0);
    },
  };
}

/** stdout and stderr together. */
export async function text(output: AsyncIterable<Output>): Promise<string> {
  const all: Buffer[] = [];
  for await (const { bytes } of output) all.push(bytes);
  return Buffer.concat(all).toString();
}

/** Runs a created container to its end. */
export async function runToEnd(container: Container): Promise<ExitState & { readonly output: string }> {
  await container.start();
  const [output, exit] = await Promise.all([text(container.output()), container.exited()]);
  return { ...exit, output };
}

/** Creates, runs and removes. */
export async function run(
  { engine }: TestEngine,
  spec: ContainerCreate,
): Promise<ExitState & { readonly output: string }> {
  const container = await engine.container(spec);
  try {
    return await runToEnd(container);
  } finally {
    await container.remove();
  }
}
