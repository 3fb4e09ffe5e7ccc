import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BUSYBOX, busyboxImage } from '../contract/support/images.js';
import { container, planned } from '../worker/world.js';
import { summaryOf } from './measure.js';
import type { Row } from './report.js';
import { dockerRun } from './whole-system.js';
import { type FirstStage, openWorker, type WorkerAlone } from './worker-alone.js';

const TURNS = 15;
/** Until a job's tidying, and the arming of the next container, are over. */
const REST_MS = 400;

const STAGE = planned('pre_build', {
  kind: 'container',
  container: container({ image: BUSYBOX, commands: ['echo here'] }),
  services: [],
  outputs: [],
});

/**
 * A worker that is handed a job, until it has the first output of the first stage: the lease, the new commit from a git
 * server, the workspace and the container in between. With a container that was armed before, and without.
 */
export async function firstStageRows(): Promise<readonly Row[]> {
  await busyboxImage();
  const directory = await mkdtemp(path.join(tmpdir(), 'cyclone-bench-'));
  const workers: WorkerAlone[] = [];
  try {
    const open = async (name: string, pool: string): Promise<WorkerAlone> => {
      const worker = await openWorker(path.join(directory, name), { CYCLONE_POOL: pool });
      workers.push(worker);
      return worker;
    };
    const [warm, cold] = [await open('warm', '1'), await open('cold', '0')];
    const [armed, made, reference]: [FirstStage[], FirstStage[], number[]] = [[], [], []];
    for (let turn = -2; turn < TURNS; turn += 1) {
      if (turn >= 0) await armedContainer(warm);
      const [one, other] = [await warm.run(STAGE), await rested(() => cold.run(STAGE))];
      await sleep(REST_MS);
      const run = dockerRun();
      if (turn < 0) continue;
      armed.push(one);
      made.push(other);
      reference.push(run);
    }
    if (warm.pool().hits < TURNS)
      throw new Error(`only ${warm.pool().hits} stages began in an armed container`);
    const beside = { name: 'docker run --rm busybox true', sample: summaryOf(reference) };
    const row = (name: string, samples: readonly FirstStage[], atMost: number): Row => ({
      name,
      ours: summaryOf(samples.map(({ heard }) => heard)),
      reference: beside,
      goal: { of: 'ratio', atMost },
      note: `followed in Redis after ${String(summaryOf(samples.map(({ told }) => told)).p50)} ms`,
    });
    return [
      row('first output of a first stage, armed before', armed, 0.25),
      row('first output of a first stage, no pool', made, 1.25),
    ];
  } finally {
    await Promise.all(workers.map((worker) => worker.close()));
    await rm(directory, { recursive: true, force: true });
  }
}

async function rested<T>(work: () => Promise<T>): Promise<T> {
  await sleep(REST_MS);
  return await work();
}

/** @throws Error when none comes */
async function armedContainer(worker: WorkerAlone): Promise<void> {
  for (let tries = 0; worker.pool().armed === 0; tries += 1) {
    if (tries > 200) throw new Error('no container was armed');
    await sleep(50);
  }
  await sleep(REST_MS);
}
