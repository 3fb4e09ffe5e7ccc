import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { busyboxImage, docker } from '../../contract/support/images.js';
import { type Registry, startRegistry } from '../../contract/support/registry.js';
import { type FakeGitHub, startGitHub } from '../../fakes/github/github.js';
import type { CheckRun } from '../../fakes/github/state/model.js';
import { type ServerProcess, startServer } from './server.js';

/** GitHub, a registry, the engine and a Cyclone with its embedded defaults, all over the wire. */
export interface World {
  readonly github: FakeGitHub;
  readonly registry: Registry;
  readonly dataDir: string;
  /** The Cyclone that runs now. */
  server(): ServerProcess;
  /** Starts it (again) on the same data directory. */
  start(environment?: Readonly<Record<string, string>>): Promise<ServerProcess>;
  /** The newest check of each name on a commit, when all of them are there and completed. */
  concluded(repository: string, sha: string): Promise<Map<string, CheckRun>>;
  /** Whatever of runs is still there after a while: containers, networks, images, workspaces. Removal happens behind. */
  leftovers(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/**
 * What comes after a server that is gone has its port: GitHub knows one address, and is asked at the start for what was
 * missed, before anybody could tell it another.
 */
function portOf(gone: ServerProcess | undefined): string {
  return gone === undefined || isAlive(gone.pid) ? '0' : new URL(gone.url).port;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

export async function openWorld(environment: Readonly<Record<string, string>> = {}): Promise<World> {
  await busyboxImage();
  const [github, registry, dataDir] = await Promise.all([
    startGitHub(),
    startRegistry(),
    mkdtemp(path.join(tmpdir(), 'cyclone-e2e-')),
  ]);
  let server: ServerProcess | undefined;
  const current = (): ServerProcess => {
    if (server === undefined) {
      throw new Error('start it first');
    }
    return server;
  };
  const world: World = {
    github,
    registry,
    dataDir,
    server: current,
    async start(more = {}) {
      server = await startServer({
        APP_ID: String(github.appId),
        PRIVATE_KEY: github.privateKey,
        WEBHOOK_SECRET: github.webhookSecret,
        GHE_HOST: `127.0.0.1:${String(github.port)}`,
        GHE_PROTOCOL: 'http',
        HOST: '127.0.0.1',
        PORT: portOf(server),
        CYCLONE_PUBLIC_URL: 'http://cyclone.example',
        CYCLONE_DATA_DIR: dataDir,
        CYCLONE_DRAIN: '5',
        // What stays for re-runs would be left over.
        CYCLONE_KEEP: '0',
        REGISTRY_LOCATION: registry.host,
        LOG_LEVEL: 'debug',
        ...environment,
        ...more,
      });
      github.webhooksTo(`${server.url}/api/github/webhooks`);
      return server;
    },
    concluded: (repository, sha) =>
      github.waitFor(
        () => {
          const checks = github.checkRuns(repository, sha);
          const open = checks.some((check) => check.state.status !== 'completed');
          const whole = checks.find((check) => check.state.name === 'cyclone');
          return open || whole === undefined
            ? undefined
            : new Map(checks.map((check) => [check.state.name, check]));
        },
        { what: `every check of ${repository}@${sha} completed`, timeoutMs: 60_000 },
      ),
    async leftovers() {
      const look = async (): Promise<readonly string[]> => {
        const all = await inventory(dataDir);
        return server !== undefined && isAlive(server.pid) ? withoutReady(all) : all;
      };
      let left = await look();
      for (let tries = 0; tries < 100 && left.length > 0; tries += 1) {
        await sleep(100);
        left = await look();
      }
      return left;
    },
    async close() {
      await server?.stop();
      await Promise.all([github.close(), registry.stop(), removeShared(dataDir)]);
      await rm(dataDir, { recursive: true, force: true });
    },
  };
  return world;
}

/** `check name → conclusion` of all checks. */
export function conclusions(checks: ReadonlyMap<string, CheckRun>): Record<string, string | null> {
  return Object.fromEntries([...checks].map(([name, check]) => [name, check.state.conclusion]));
}

/** Nobody would tidy up behind a worker that never starts again. */
async function removeShared(dataDir: string): Promise<void> {
  const label = await workerLabel(dataDir).catch(() => undefined);
  if (label === undefined) return;
  const images = await docker().listImages({ filters: { label: [label, 'cyclone.shared'] } });
  await Promise.all(images.map(({ Id }) => docker().getImage(Id).remove({ force: true })));
}

/** By our worker: others may be at work on this engine. */
async function workerLabel(dataDir: string): Promise<string> {
  return `cyclone.worker=${(await readFile(path.join(dataDir, 'worker-id'), 'utf8')).trim()}`;
}

/** `container /NAME`, `network NAME`: without sandboxes that stand ready. What waits in one that was taken bears the job's name. */
export function withoutReady(all: readonly string[]): readonly string[] {
  return all.filter((one) => {
    const name = /\bcyclone-sandbox-\w+/.exec(one)?.[0];
    return name === undefined || !all.includes(`container /${name}-wait`);
  });
}

async function inventory(dataDir: string): Promise<readonly string[]> {
  const filters = { label: [await workerLabel(dataDir)] };
  const [containers, networks, images, workspaces] = await Promise.all([
    docker().listContainers({ all: true, filters }),
    docker().listNetworks({ filters }),
    // Layers of builds stay, and are no run's.
    docker().listImages({ filters: { label: [...filters.label, 'cyclone.run'] } }),
    readdir(path.join(dataDir, 'workspaces')),
  ]);
  return [
    ...containers.map(({ Names }) => `container ${Names.join(' ')}`),
    ...networks.map(({ Name }) => `network ${Name}`),
    ...images
      // Later runs and other jobs may use these, for a day.
      .filter(({ Labels }) => Labels?.['cyclone.shared'] === undefined)
      .map(({ Id, RepoTags }) => `image ${RepoTags?.join(' ') ?? Id}`),
    ...workspaces.map((name) => `workspace ${name}`),
  ];
}
