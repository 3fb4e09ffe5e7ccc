import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { BUSYBOX, buildImage, docker } from '../contract/support/images.js';
import { finished } from '../e2e/support/finished.js';
import { gitPush } from '../e2e/support/push.js';
import type { World } from '../e2e/support/world.js';
import { summaryOf, timed } from './measure.js';
import type { Row } from './report.js';
import { withSystem } from './whole-system.js';

const IMAGE = 'cyclone-test/loud:bench';
const TURNS = 3;
const MB = 1_000_000;
const SIZE = 200 * MB;

/** Text as compilers print it, and bytes that nothing makes smaller; both of `SIZE`, with lines of about 80. */
const KINDS = [
  {
    name: 'text of a build',
    file: '/text',
    made: `awk 'BEGIN { for (i = 0; i < 3000000; i++) printf "[%d] compiled module %d of the program, case %d, ok in %d ms\\n", i, i % 4096, (i * 7919) % 100003, i % 97 }' | head -c ${SIZE} > /text`,
  },
  {
    name: 'random',
    file: '/random',
    made: `head -c ${SIZE} /dev/urandom | base64 | head -c ${SIZE} > /random`,
  },
] as const;

/** From a container's stdout until the server has all of it in its archive; beside the docker CLI and a plain file. */
export async function throughputRows(): Promise<readonly Row[]> {
  const directory = mkdtempSync(path.join(tmpdir(), 'bench-loud-'));
  await buildImage(IMAGE, {
    Dockerfile: `FROM ${BUSYBOX}\n${KINDS.map(({ made }) => `RUN ${made}\n`).join('')}`,
  });
  try {
    return await withSystem({}, async (world) => {
      const rows: Row[] = [];
      for (const { name, file } of KINDS) {
        const [ours, reference]: [number[], number[]] = [[], []];
        for (let turn = 0; turn < TURNS; turn += 1) {
          ours.push(await kept(world, file, turn));
          reference.push(written(path.join(directory, 'log'), file));
        }
        const perSecond = SIZE / MB / (summaryOf(ours).p50 / 1000);
        rows.push({
          name: `log of ${SIZE / MB} MB, ${name}: stdout to archive`,
          ours: summaryOf(ours),
          reference: { name: 'docker run … cat > file', sample: summaryOf(reference) },
          goal: { of: 'ratio', atMost: 1.11 },
          note: `${perSecond.toFixed(0)} MB/s`,
        });
      }
      return rows;
    });
  } finally {
    rmSync(directory, { recursive: true });
    await docker().getImage(IMAGE).remove({ force: true });
  }
}

/** @throws Error when the log is not whole at the end */
async function kept(world: World, file: string, turn: number): Promise<number> {
  const repository = 'acme/loud';
  const pipeline = `integration:\n  image: ${IMAGE}\n  commands: ['cat ${file}']\n`;
  const sha = await gitPush(world.github, {
    repository,
    files: { 'caicloud.yml': pipeline, turn: `${file} ${turn}` },
  });
  await world.concluded(repository, sha);
  const end = Date.now();
  const run = await finished(world, repository, sha);
  const log = await fetch(
    `${world.server().url}${new URL(run.check('cyclone/integration').detailsUrl ?? '').pathname}/log`,
  );
  let bytes = 0;
  for await (const piece of log.body ?? []) bytes += (piece as Uint8Array).length;
  if (bytes < SIZE) throw new Error(`the log has ${bytes} bytes of ${SIZE}`);
  return end - run.stage('integration').from;
}

function written(target: string, file: string): number {
  const output = openSync(target, 'w');
  try {
    const took = timed(() =>
      execFileSync('docker', ['run', '--rm', IMAGE, 'cat', file], { stdio: ['ignore', output, 'inherit'] }),
    );
    const { size } = statSync(target);
    if (size !== SIZE) throw new Error(`docker run wrote ${size} bytes of ${SIZE}`);
    return took;
  } finally {
    closeSync(output);
  }
}
