import { createHash } from 'node:crypto';
import { join } from 'node:path';

import type { LogId } from '../../logs/ports.js';
import type { StageId } from '../../pipeline/model.js';

/** Names of runs' folders below the archive's root. */
export function runDirectory(root: string, run: number): string {
  return join(root, String(run));
}

export function stageDirectory(root: string, run: number, stage: StageId): string {
  return join(runDirectory(root, run), folder(stage));
}

/** A service's log has a folder in its stage's. */
export function logDirectory(root: string, { run, stage, service }: LogId): string {
  const directory = stageDirectory(root, run, stage);
  return service === undefined ? directory : join(directory, folder(service));
}

/** Holds the service's name as it is called, for the folder's tells it only to people. */
export const SERVICE_FILE = 'service';

/** Of a run, beside its folder: its logs were removed. */
export function tombstoneFile(root: string, run: number): string {
  return join(root, `${run}.removed`);
}

/** Undefined for what is not a run's folder. */
export function runOf(name: string): number | undefined {
  return /^\d+$/.test(name) ? Number(name) : undefined;
}

/** Files of one fence, in the folder of its log: what follows its number. */
export type FenceFile =
  /** One line per chunk that is packed. */
  | { readonly fence: number; readonly kind: 'index' }
  /** Packed chunks, one after the other: `number` from 1. */
  | { readonly fence: number; readonly kind: 'pack'; readonly number: number }
  /** What was appended of the chunk `number` and is not packed yet. */
  | { readonly fence: number; readonly kind: 'tail'; readonly number: number };

export function fileName(file: FenceFile): string {
  return file.kind === 'index' ? `${file.fence}.index` : `${file.fence}.${file.number}.${file.kind}`;
}

/** Undefined for files that are not ours. */
export function fileOf(name: string): FenceFile | undefined {
  const [, fence, number, kind] = /^(\d+)(?:\.(\d+))?\.(index|pack|tail)$/.exec(name) ?? [];
  if (kind === 'index') return number === undefined ? { fence: Number(fence), kind } : undefined;
  if (number === undefined || (kind !== 'pack' && kind !== 'tail')) return undefined;
  return { fence: Number(fence), kind, number: Number(number) };
}

/**
 * A stage is called what the file calls it (`../x`, 300 characters, `Lint` beside `lint` on a disk that cannot
 * tell them apart): the hash keeps names apart, the readable part is for people who look.
 */
function folder(name: string): string {
  const readable = name.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 40);
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 16);
  return `${readable}-${hash}`;
}
