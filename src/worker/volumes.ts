import path from 'node:path';
import { resolveInside } from './inside.js';
import type { Mount } from './ports.js';
import { StageFailed } from './stage-failed.js';

/** Where Cyclone has always put the repository. */
export const CODE_DIR = '/root/code';

/** A volume of the file, told apart by where its source is. */
export type Volume =
  | { readonly kind: 'workspace'; readonly target: string; readonly readOnly: boolean }
  | { readonly kind: 'inside'; readonly source: string; readonly target: string; readonly readOnly: boolean }
  | { readonly kind: 'host'; readonly source: string; readonly target: string; readonly readOnly: boolean };

/** What stands on the worker's disk for a job. */
export interface Place {
  /** Real path of the repository's files. */
  readonly code: string;
  /** Directories that `.git` needs, mounted read-only at their own paths. */
  readonly borrowed: readonly string[];
  readonly trusted: boolean;
}

export interface MountPlan {
  readonly mounts: readonly Mount[];
  /** Where `.` is mounted first, if it is. */
  readonly codeDir?: string;
}

/**
 * `src:dst[:ro|rw]` as written.
 * @throws StageFailed `container` when the destination is no absolute path
 */
export function parseVolume(text: string): Volume {
  const [source = '', target = '', mode = ''] = text.split(':');
  if (!path.posix.isAbsolute(target)) {
    throw new StageFailed('container', `volume ${text}: the path in the container is not absolute`);
  }
  const at = { target: path.posix.normalize(target), readOnly: mode.split(',').includes('ro') };
  if (!source.startsWith('.')) return { kind: 'host', source, ...at };
  const relative = path.posix.normalize(source);
  return relative === '.' || relative === './'
    ? { kind: 'workspace', ...at }
    : { kind: 'inside', source: relative, ...at };
}

/** The workspace as a whole is there from the start; anything else is known when the stage is reached. */
export function knownAhead(volumes: readonly string[]): boolean {
  return volumes.every((text) => /^\.\/?:\//.test(text));
}

/**
 * The mounts of a stage's container: the workspace at {@link CODE_DIR} unless a volume moves it.
 * Call it when the earlier stage is dead: links are resolved here, once.
 * @throws StageFailed `workspace`, `refused_by_policy`, `container`
 */
export async function planStageMounts(
  volumes: readonly string[],
  place: Place,
): Promise<Required<MountPlan>> {
  const parsed = volumes.map(parseVolume);
  const first = parsed.find((volume) => volume.kind === 'workspace');
  const all: readonly Volume[] =
    first === undefined ? [{ kind: 'workspace', target: CODE_DIR, readOnly: false }, ...parsed] : parsed;
  return { mounts: await mountsOf(all, place), codeDir: first?.target ?? CODE_DIR };
}

/** The mounts of a service: only what it asks for. */
export async function planServiceMounts(volumes: readonly string[], place: Place): Promise<MountPlan> {
  const parsed = volumes.map(parseVolume);
  const first = parsed.find((volume) => volume.kind === 'workspace');
  return { mounts: await mountsOf(parsed, place), ...(first && { codeDir: first.target }) };
}

async function mountsOf(volumes: readonly Volume[], place: Place): Promise<readonly Mount[]> {
  const mounts: Mount[] = [];
  for (const { target, readOnly, ...volume } of volumes) {
    const source = await sourceOf(volume, place);
    mounts.push({ source, target, readOnly });
  }
  const needsGit = volumes.some((volume) => volume.kind === 'workspace');
  const borrowed = place.borrowed.map((source) => ({ source, target: source, readOnly: true }));
  return needsGit ? [...mounts, ...borrowed] : mounts;
}

async function sourceOf(
  volume: { readonly kind: 'workspace' } | { readonly kind: 'inside' | 'host'; readonly source: string },
  place: Place,
): Promise<string> {
  switch (volume.kind) {
    case 'workspace':
      return place.code;
    case 'inside':
      // Docker would make a missing one as root and follow links out of the workspace.
      return await resolveInside(place.code, volume.source, 'volume');
    case 'host':
      if (!place.trusted) {
        throw new StageFailed(
          'refused_by_policy',
          `volume ${volume.source}: paths of the host are not allowed`,
        );
      }
      if (!path.isAbsolute(volume.source)) {
        throw new StageFailed('container', `volume ${volume.source}: named volumes are not supported`);
      }
      return volume.source;
  }
}
