import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildContext } from '../../src/worker/build-context.js';
import { type TestEngine, testEngine } from '../contract/support/engine.js';
import { BUSYBOX, busyboxImage } from '../contract/support/images.js';
import { summaryOf, timed } from './measure.js';
import type { Row } from './report.js';

const WARM = 1;
const TURNS = 9;
const FOLDERS = 100;
const FILES_OF_FOLDER = 100;
const FILES = FOLDERS * FILES_OF_FOLDER;
/** The last of the context: what is copied before it is in the cache, whatever it says. */
const CHANGED = 'main.ts';
const DOCKERFILE = `FROM ${BUSYBOX}\nCOPY kept /src\nRUN ls /src > /list\nCOPY ${CHANGED} /src\nRUN wc -c /src/${CHANGED} > /size\n`;
const never = new AbortController().signal;

/** Milliseconds since it was asked for. */
interface Build {
  /** Containers of the next stage may be made of it. */
  readonly made: number;
  /** It bears its run's labels and has its name. */
  readonly named: number;
}

/**
 * A build of a workspace with many files, of which `.dockerignore` leaves most out: nothing changed since the last, and
 * one file that two steps of four depend on. Beside it the command line, which asks the same builder of the same engine
 * for the same, label and name included, by a tree of its own. Warm, in turns.
 */
export async function buildRows(): Promise<readonly Row[]> {
  await busyboxImage();
  const bench = testEngine();
  const trees = { ours: projectTree(), theirs: projectTree() };
  try {
    // A job has one already.
    const { name: network } = await bench.engine.network(`${bench.install}-network`, bench.labels);
    const byUs = (): Promise<Build> => build(bench, network, trees.ours);
    const byHand = (): unknown => dockerBuild(trees.theirs, bench.install);
    const alternately = async (name: string, change: (turn: number) => void): Promise<readonly Row[]> => {
      const [ours, reference]: [Build[], number[]] = [[], []];
      for (let turn = -WARM; turn < TURNS; turn += 1) {
        change(turn);
        const [mine, other] = [await byUs(), timed(byHand)];
        if (turn < 0) continue;
        ours.push(mine);
        reference.push(other);
      }
      const row = (until: string, times: readonly number[], atMost: number): Row => ({
        name: `${name}, ${until}`,
        ours: summaryOf(times),
        reference: { name: 'docker build --quiet', sample: summaryOf(reference) },
        goal: { of: 'ratio', atMost },
      });
      return [
        row(
          'until a stage can begin in it',
          ours.map(({ made }) => made),
          1,
        ),
        row(
          'until it has its labels',
          ours.map(({ named }) => named),
          2,
        ),
      ];
    };
    return [
      ...(await alternately(
        `build, all cached, ${FILES_OF_FOLDER} of ${FILES} files in its context`,
        () => {},
      )),
      ...(await alternately('build, one file changed, two steps run', (turn) => {
        for (const [whose, tree] of Object.entries(trees)) changeFile(tree, `${whose} ${turn}`);
      })),
    ];
  } finally {
    for (const tree of Object.values(trees)) rmSync(tree, { recursive: true });
    removeImages(bench.install);
    await bench.clean();
  }
}

async function build(
  { engine, install, labels }: TestEngine,
  network: string,
  directory: string,
): Promise<Build> {
  const from = performance.now();
  let made = Number.NaN;
  await engine.build(
    {
      context: buildContext({ directory, dockerfile: 'Dockerfile' }),
      dockerfile: 'Dockerfile',
      tag: `${install}/by-us:1`,
      labels,
      network,
      pull: false,
      limits: { memory: 0, cpus: 0, pids: 0 },
      auth: {},
      made: () => {
        made = performance.now() - from;
      },
    },
    never,
    () => undefined,
  );
  return { made, named: performance.now() - from };
}

/** @returns its directory */
function projectTree(): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'bench-build-'));
  writeFileSync(path.join(directory, 'Dockerfile'), DOCKERFILE);
  writeFileSync(path.join(directory, '.dockerignore'), 'module*\n');
  for (const folder of ['kept', ...Array.from({ length: FOLDERS - 1 }, (_, number) => `module${number}`)]) {
    mkdirSync(path.join(directory, folder));
    for (let file = 0; file < FILES_OF_FOLDER; file += 1)
      writeFileSync(path.join(directory, folder, `file${file}.ts`), `export const a = ${file};\n`.repeat(50));
  }
  changeFile(directory, 'as it was');
  return directory;
}

/** Never as it was in any run before. */
function changeFile(tree: string, what: string): void {
  writeFileSync(path.join(tree, CHANGED), `${tree} ${what}\n`);
}

function dockerBuild(directory: string, install: string): void {
  const named = ['--tag', `${install}/by-hand:1`, '--label', `cyclone-bench=${install}`];
  execFileSync('docker', ['build', '--quiet', ...named, directory], {
    stdio: 'ignore',
    // The same builder, and so the same cache.
    env: { ...process.env, DOCKER_BUILDKIT: '0' },
  });
}

/** With those that lost their name to the next turn's. */
function removeImages(install: string): void {
  const own = ['--filter', `label=cyclone-bench=${install}`];
  execFileSync('docker', ['rmi', '--force', `${install}/by-hand:1`], { stdio: 'ignore' });
  execFileSync('docker', ['image', 'prune', '--force', ...own], { stdio: 'ignore' });
}
