import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { BUSYBOX } from '../contract/support/images.js';
import type { World } from '../e2e/support/world.js';
import { summaryOf, timedUntil } from './measure.js';
import { SCRIPT } from './pipeline-project.js';
import { openProject, REPOSITORY } from './pipeline-repository.js';
import type { Row } from './report.js';
import { atRest, withSystem } from './whole-system.js';

const run = promisify(execFile);

const TURNS = 9;
const WARM = 2;
/** Until the run before is tidied up behind, and the container of the next is armed. */
const POOL_REST_MS = 1500;

/**
 * The five stages for a pushed tag, from the webhook on its way until GitHub has the end of the last check; beside a
 * shell script that does the same with git and the docker command line, its cleaning up included, because who runs
 * the script waits for it. Ours tidies up behind.
 *
 * Warm: the mirror is there, the images are local, and this is not the first run. Each push changes `README`, which
 * the Dockerfile does not copy: the engine takes every layer from its cache. Both push to the same registry, which
 * has every layer already and takes a manifest. One after the other in turns, on a machine at rest.
 */
export async function pipelineRows(): Promise<readonly Row[]> {
  const cold = await withSystem({}, (world) => measured(world, () => atRest(world)));
  // What waits for the next run is not left over.
  const armed = await withSystem({ CYCLONE_POOL: '1' }, (world) =>
    measured(world, () => sleep(POOL_REST_MS)),
  );
  const row = (name: string, { ours, reference }: Figures): Row => ({
    name,
    ours: summaryOf(ours),
    reference: { name: 'a shell script with git and docker', sample: summaryOf(reference) },
    goal: { of: 'ratio', atMost: 0.5 },
  });
  return [
    row('five stages, from the webhook to the last check', cold),
    row('the same, a container of the first stage armed (CYCLONE_POOL=1)', armed),
  ];
}

interface Figures {
  readonly ours: readonly number[];
  readonly reference: readonly number[];
}

async function measured(world: World, rest: () => Promise<void>): Promise<Figures> {
  const project = await openProject(world);
  const [ours, reference]: [number[], number[]] = [[], []];
  try {
    // The first ones make the layers, and show the pool what comes often.
    for (let turn = -WARM; turn < TURNS; turn += 1) {
      const tag = await project.change(WARM + turn);
      const byUs = await project.pushed(tag);
      await rest();
      const byShell = await timedUntil(() => byScript(world, tag));
      if (turn < 0) continue;
      ours.push(byUs);
      reference.push(byShell);
    }
  } finally {
    await project.leave();
  }
  return { ours, reference };
}

async function byScript({ github, registry }: World, tag: string): Promise<void> {
  const directory = await mkdtemp(path.join(tmpdir(), 'cyclone-bench-'));
  try {
    await run('sh', ['-euc', SCRIPT], {
      env: {
        ...process.env,
        URL: github.pushUrl(REPOSITORY),
        DIRECTORY: path.join(directory, 'code'),
        IMAGE: `${registry.host}/acme/by-script:${tag}`,
        TAG: tag,
        BASE: BUSYBOX,
        NAME: path.basename(directory).toLowerCase(),
      },
    });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
