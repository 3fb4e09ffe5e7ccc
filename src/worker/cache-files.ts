import { createHash } from 'node:crypto';
import { mkdir, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { cachePath } from '../pipeline/cache-path.js';
import type { PlannedStage } from '../pipeline/model.js';
import { ArchiveRefused, KEPT_LIMITS } from './archive-rules.js';
import { withIncoming } from './incoming.js';
import { type PackSource, packFiles, unzipped } from './pack.js';
import type { FoundCache, Mount } from './ports.js';
import { selectFiles } from './selection.js';
import { moveAllInto, unpack } from './unpack.js';
import type { Workspace } from './workspace.js';

/** The files of one cache as they stand. */
export interface CacheFiles {
  readonly sources: readonly PackSource[];
  /** Changes when a file does: by names, sizes, ages, modes and links. */
  readonly print: string;
  readonly count: number;
}

/** What a job knows of a cache. */
export interface CacheState {
  /** What its files were laid out of, or stored as. */
  readonly stored: FoundCache | undefined;
  /** Its files as they were then. */
  readonly print: string;
}

/**
 * What stages of this job mount for paths of the container that they cache, made if need be. Each stands by
 * itself: in one below another a stage could lay a link where the next one's directory is to be.
 */
export async function cacheMounts(
  workspace: Workspace,
  { options }: Pick<PlannedStage, 'options'>,
): Promise<readonly Mount[]> {
  const targets = new Set((options?.cache ?? []).flatMap(({ paths }) => places(paths).mounted));
  const mounts = [...targets].map((target) => ({
    source: path.join(workspace.caches, directoryName(target)),
    target,
    readOnly: false,
  }));
  for (const { source } of mounts) await mkdir(source, { recursive: true });
  return mounts;
}

/** @throws ArchiveRefused when there is too much */
export async function cacheFiles(workspace: Workspace, paths: readonly string[]): Promise<CacheFiles> {
  const { code, mounted } = places(paths);
  await mkdir(workspace.caches, { recursive: true });
  // A virtual environment of Python links to the image's interpreter.
  const options = { limits: KEPT_LIMITS, allLinks: true };
  const [inCode, inMounts] = await Promise.all([
    selectFiles(workspace.code, code, options),
    selectFiles(workspace.caches, mounted.map(directoryName), options),
  ]);
  const top = topOf(paths);
  const hash = createHash('sha256');
  for (const entry of [...inCode.entries, ...inMounts.entries]) {
    // The age of a directory changes with every file that is laid in it.
    hash.update(JSON.stringify(entry.kind === 'directory' ? { ...entry, modified: 0 } : entry));
  }
  return {
    sources: [
      { root: workspace.code, prefix: `${top}/code`, entries: inCode.entries },
      { root: workspace.caches, prefix: `${top}/mounts`, entries: inMounts.entries },
    ],
    print: hash.digest('hex'),
    count: [...inCode.entries, ...inMounts.entries].filter(({ kind }) => kind !== 'directory').length,
  };
}

export function packCache({ sources }: CacheFiles): AsyncIterable<Buffer> {
  // Compilers go by the ages of what they made.
  return packFiles(sources, { times: true });
}

/** @throws ArchiveRefused also when it was kept for other paths */
export async function layOutCache(
  workspace: Workspace,
  paths: readonly string[],
  content: AsyncIterable<Buffer>,
): Promise<void> {
  const top = topOf(paths);
  await withIncoming(workspace, async (incoming) => {
    await unpack(unzipped(content), incoming, { limits: KEPT_LIMITS, times: true });
    if ((await readdir(incoming)).some((name) => name !== top)) {
      throw new ArchiveRefused('it was stored for other paths');
    }
    await moveIfThere(path.join(incoming, top, 'code'), workspace.code);
    await moveIfThere(path.join(incoming, top, 'mounts'), workspace.caches);
  });
}

async function moveIfThere(from: string, to: string): Promise<void> {
  const isThere = await stat(from).then(
    () => true,
    () => false,
  );
  if (isThere) await moveAllInto(from, to);
}

interface Places {
  /** Patterns in the workspace. */
  readonly code: readonly string[];
  /** Absolute paths of the container. */
  readonly mounted: readonly string[];
}

function places(paths: readonly string[]): Places {
  const found = paths.map(cachePath);
  return {
    code: found.flatMap((one) => (one.kind === 'workspace' ? [one.pattern] : [])),
    mounted: found.flatMap((one) => (one.kind === 'container' ? [one.path] : [])),
  };
}

/** Names an archive by its paths: one that was kept for others would lay files where nobody expects them. */
function topOf(paths: readonly string[]): string {
  return `cache-${digestOf(JSON.stringify(paths))}`;
}

function directoryName(target: string): string {
  return digestOf(target);
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 20);
}
