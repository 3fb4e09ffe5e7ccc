import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startServer } from '../e2e/support/server.js';
import { type FakeGitHub, startGitHub } from '../fakes/github/github.js';
import { summaryOf, timed } from './measure.js';
import type { Row } from './report.js';

const TURNS = 7;
/** What a server of this kind cannot do without, loaded and not used. */
const LIBRARIES =
  "await Promise.all(['probot', 'octokit', 'bullmq', 'dockerode'].map((name) => import(name)))";

/** From exec until it is ready: own Redis, SQLite, engine, worker and all. */
export async function startRows(): Promise<readonly Row[]> {
  const github = await startGitHub();
  const [fresh, again, reference]: [number[], number[], number[]] = [[], [], []];
  try {
    for (let turn = 0; turn < TURNS; turn += 1) {
      const dataDir = await mkdtemp(path.join(tmpdir(), 'cyclone-bench-'));
      fresh.push(await start(github, dataDir));
      again.push(await start(github, dataDir));
      await rm(dataDir, { recursive: true });
      reference.push(timed(() => execFileSync(process.execPath, ['--input-type=module', '-e', LIBRARIES])));
    }
  } finally {
    await github.close();
  }
  const beside = { name: 'node that loads probot, octokit, bullmq, dockerode', sample: summaryOf(reference) };
  const goal = { of: 'p50', atMost: 1500 } as const;
  return [
    { name: 'start to ready, nothing there yet', ours: summaryOf(fresh), reference: beside, goal },
    { name: 'start to ready', ours: summaryOf(again), reference: beside, goal },
  ];
}

async function start(github: FakeGitHub, dataDir: string): Promise<number> {
  const from = performance.now();
  const server = await startServer({
    APP_ID: String(github.appId),
    PRIVATE_KEY: github.privateKey,
    WEBHOOK_SECRET: github.webhookSecret,
    GHE_HOST: `127.0.0.1:${github.port}`,
    GHE_PROTOCOL: 'http',
    HOST: '127.0.0.1',
    PORT: '0',
    CYCLONE_DATA_DIR: dataDir,
  });
  const took = performance.now() - from;
  await server.stop();
  return took;
}
