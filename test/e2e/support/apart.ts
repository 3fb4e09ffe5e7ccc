import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../../contract/support/free-port.js';
import { type ServerProcess, startServer } from './server.js';
import { openWorld, type World } from './world.js';

const SECRET = 'known-to-both-sides';

/** A server and workers as processes of their own, with a Redis that all of them reach. */
export interface Apart {
  readonly world: World;
  /** A data directory of its own, by name; a worker of a name that was there goes on with it. */
  startWorker(name: string, environment?: Readonly<Record<string, string>>): Promise<ServerProcess>;
  /** What a worker is called in checks and labels. */
  workerId(name: string): Promise<string>;
  killRedis(): void;
  startRedis(): void;
  close(): Promise<void>;
}

export async function openApart(): Promise<Apart> {
  const [dir, port] = await Promise.all([mkdtemp(path.join(tmpdir(), 'cyclone-apart-')), freePort()]);
  const redisUrl = `redis://127.0.0.1:${String(port)}`;
  const start = (): ChildProcess =>
    spawn('redis-server', [
      ...['--port', String(port), '--bind', '127.0.0.1', '--dir', dir, '--save', ''],
      ...['--appendonly', 'yes', '--appendfsync', 'always', '--maxmemory-policy', 'noeviction'],
    ]);
  let redis = start();
  const world = await openWorld({ REDIS_URL: redisUrl, CYCLONE_WORKER_SECRET: SECRET });
  const workers: ServerProcess[] = [];
  return {
    world,
    async startWorker(name, environment = {}) {
      const worker = await startServer({
        CYCLONE_ROLE: 'worker',
        REDIS_URL: redisUrl,
        CYCLONE_WORKER_SECRET: SECRET,
        CYCLONE_SERVER_URL: world.server().url,
        CYCLONE_DATA_DIR: path.join(dir, name),
        CYCLONE_DRAIN: '2',
        CYCLONE_KEEP: '0',
        HOST: '127.0.0.1',
        PORT: '0',
        ...environment,
      });
      workers.push(worker);
      return worker;
    },
    workerId: async (name) => (await readFile(path.join(dir, name, 'worker-id'), 'utf8')).trim(),
    killRedis: () => void redis.kill('SIGKILL'),
    startRedis() {
      redis = start();
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.stop()));
      await world.close();
      redis.kill('SIGKILL');
      await rm(dir, { recursive: true, force: true });
    },
  };
}
