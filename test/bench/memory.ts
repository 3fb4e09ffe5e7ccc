import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { finishedRun } from '../e2e/support/finished.js';
import { memoryOf } from '../e2e/support/memory.js';
import { summaryOf } from './measure.js';
import type { Row } from './report.js';
import { withSystem } from './whole-system.js';

const RUNS = 5;
const LOOKS = 5;
const BARE =
  "await Promise.all(['probot', 'octokit', 'bullmq', 'dockerode'].map((name) => import(name))); console.log('loaded'); setInterval(() => {}, 1e6)";

/** Server and worker in one process, resident, without Redis; beside a Node that loaded the same libraries. */
export async function memoryRows(): Promise<readonly Row[]> {
  return await withSystem({}, async (world) => {
    const { pid } = world.server();
    const reference = { name: 'node that loaded probot, octokit, bullmq, dockerode', sample: await bare() };
    const started = await look(pid);
    for (let run = 0; run < RUNS; run += 1) {
      await finishedRun(world, {
        repository: 'acme/memory',
        files: {
          'caicloud.yml': 'integration:\n  image: cyclone-test/busybox:1\n  commands: [cat turn]\n',
          turn: String(run),
        },
      });
    }
    const used = await look(pid);
    const goal = { of: 'p50', atMost: 150 } as const;
    return [
      { name: 'memory, idle since the start', ours: started, reference, goal, unit: 'MB' },
      { name: `memory, idle after ${RUNS} runs`, ours: used, reference, goal, unit: 'MB' },
    ];
  });
}

async function look(pid: number): Promise<ReturnType<typeof summaryOf>> {
  const seen: number[] = [];
  for (let count = 0; count < LOOKS; count += 1) {
    await sleep(1000);
    // MiB to MB.
    seen.push((await memoryOf(pid)).now * 1.048_576);
  }
  return summaryOf(seen);
}

async function bare(): Promise<ReturnType<typeof summaryOf>> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', BARE], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await once(child.stdout, 'data');
    return await look(child.pid ?? 0);
  } finally {
    child.kill('SIGKILL');
  }
}
