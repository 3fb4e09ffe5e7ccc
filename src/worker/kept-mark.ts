import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** What a job that is over left on this machine. On disk, so that a restart forgets neither it nor its age. */
export interface KeptMark {
  readonly run: number;
  readonly job: string;
  /** When the job ended, milliseconds since the epoch. */
  readonly at: number;
  /** Id of the image that it built, when nobody but its own re-runs may want it. */
  readonly image?: string | undefined;
  /** Id of an image that has a shell, for removing what only root may remove. */
  readonly shell?: string | undefined;
}

const MARK_FILE = 'kept.json';

/** @param root of the job's workspace */
export async function readKeptMark(root: string): Promise<KeptMark | undefined> {
  try {
    return parseMark(await readFile(path.join(root, MARK_FILE), 'utf8'));
  } catch {
    // A killed worker left half of it, or nothing.
    return undefined;
  }
}

export async function writeKeptMark(root: string, mark: KeptMark): Promise<void> {
  await writeFile(path.join(root, MARK_FILE), JSON.stringify(mark));
}

export async function removeKeptMark(root: string): Promise<void> {
  await rm(path.join(root, MARK_FILE), { force: true });
}

/** @throws SyntaxError */
function parseMark(text: string): KeptMark | undefined {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null) return undefined;
  const { run, job, at, image, shell } = value as Record<string, unknown>;
  if (typeof run !== 'number' || typeof job !== 'string' || typeof at !== 'number') return undefined;
  return {
    run,
    job,
    at,
    image: typeof image === 'string' ? image : undefined,
    shell: typeof shell === 'string' ? shell : undefined,
  };
}
