import { createHash } from 'node:crypto';
import { join } from 'node:path';

import type { StageId } from '../../pipeline/model.js';

/** Names of runs' folders below the archive's root. */
export function runDirectory(root: string, run: number): string {
  return join(root, String(run));
}

/**
 * One folder per stage, one file per fence in it. A stage is called what the file calls it (`../x`,
 * 300 characters, `Lint` beside `lint` on a disk that cannot tell them apart): the hash keeps
 * names apart, the readable part is for people who look.
 */
export function stageDirectory(root: string, run: number, stage: StageId): string {
  const readable = stage.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 40);
  const hash = createHash('sha256').update(stage).digest('hex').slice(0, 16);
  return join(runDirectory(root, run), `${readable}-${hash}`);
}

export function fenceFile(fence: number): string {
  return `${fence}.log`;
}

/** Undefined for files that are not ours. */
export function fenceOf(file: string): number | undefined {
  const match = /^(\d+)\.log$/.exec(file);
  return match ? Number(match[1]) : undefined;
}
