import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openProject } from './pipeline-repository.js';
import { type Traced, traceTable } from './trace-table.js';
import { atRest, withSystem } from './whole-system.js';

/** The first makes the layers, and the second finds all that the first left. */
const TURNS = 3;
const PRELOAD = new URL('trace-preload.js', import.meta.url);

/** One turn of `pipeline`, warm: all that the server asked of the engine and of GitHub, and its processes, in Markdown. */
export async function pipelineTrace(): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'cyclone-bench-'));
  const file = path.join(directory, 'trace');
  try {
    return await withSystem(
      { NODE_OPTIONS: `--import=${PRELOAD.href}`, BENCH_TRACE: file },
      async (world) => {
        const project = await openProject(world);
        try {
          for (let turn = 0; turn < TURNS; turn += 1) {
            await project.pushed(await project.change(turn));
            await atRest(world);
          }
          return traceTable(tracedIn(await readFile(file, 'utf8')));
        } finally {
          await project.leave();
        }
      },
    );
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function tracedIn(text: string): readonly Traced[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Traced);
}
