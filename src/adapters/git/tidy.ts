import { randomBytes } from 'node:crypto';
import { readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { CheckoutFailed } from '../../worker/ports.js';
import { type GitCommand, runGit } from './git-command.js';
import { lastUse, readyMirrors, sweepMirror } from './mirror.js';
import { isThere } from './presence.js';
import type { Uses } from './uses.js';

/** What of the mirrors stays. */
export interface MirrorsKept {
  /** How long after its last use, milliseconds. */
  readonly unusedMs: number;
  /** All of them together. */
  readonly bytes: number;
}

export interface Tidying {
  /** Directory of the mirrors; absolute. */
  readonly mirrors: string;
  readonly uses: Uses;
  readonly command: GitCommand;
  /** milliseconds since the epoch */
  readonly now: number;
}

/** A repository's mirror, and those of its submodules. */
interface Unit {
  readonly mirror: string;
  readonly submodules: string;
  readonly used: number;
}

/** What is to be removed, under a name that nobody looks for. */
const GONE = /\.gone-[0-9a-f]{12}$/;
/** There may be objects in it that no ref leads to. */
const GARBAGE_FILE = 'cyclone-garbage';

/**
 * Removes mirrors that were not used for long, then the longest unused ones while all of them are too large; what was
 * left of branches that are gone goes as well. Never from a mirror that somebody uses.
 */
export async function tidyMirrors(
  tidying: Tidying,
  { unusedMs, bytes }: MirrorsKept,
): Promise<{ readonly removed: number }> {
  const { mirrors, command, now } = tidying;
  await removeGone(mirrors);
  const units = (await unitsOf(mirrors)).toSorted((one, other) => one.used - other.used);
  const stay: { readonly unit: Unit; readonly size: number }[] = [];
  let removed = 0;
  let total = 0;
  for (const unit of units) {
    command.signal.throwIfAborted();
    if (now - unit.used > unusedMs && (await remove(tidying, unit))) {
      removed += 1;
      continue;
    }
    await collect(tidying, unit, now - unusedMs);
    const size = (await sizeOf(unit.mirror)) + (await sizeOf(unit.submodules));
    stay.push({ unit, size });
    total += size;
  }
  for (const { unit, size } of stay) {
    if (total <= bytes) break;
    if (!(await remove(tidying, unit))) continue;
    removed += 1;
    total -= size;
  }
  return { removed };
}

/** Out of the way at once, so that whoever comes now begins a new one; from the disk behind. */
async function remove({ mirrors, uses }: Tidying, { mirror, submodules }: Unit): Promise<boolean> {
  const begun = await uses.alone(mirror, async () => {
    for (const directory of [mirror, submodules]) {
      const gone = `${directory}.gone-${randomBytes(6).toString('hex')}`;
      await rename(directory, gone).catch((error: unknown) => {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      });
    }
  });
  if (begun) await removeGone(mirrors);
  return begun;
}

async function removeGone(mirrors: string): Promise<void> {
  for (const name of await readdir(mirrors).catch(() => []))
    if (GONE.test(name)) await rm(path.join(mirrors, name), { recursive: true, force: true });
}

/** Refs of branches that nobody fetched for long go at once; what they led to when nobody uses the mirror. */
async function collect({ uses, command }: Tidying, unit: Unit, before: number): Promise<void> {
  for (const mirror of [unit.mirror, ...(await readyMirrors(unit.submodules))]) {
    if (await dropOldRefs(mirror, before)) await writeFile(path.join(mirror, GARBAGE_FILE), '');
    if (!(await isThere(path.join(mirror, GARBAGE_FILE)))) continue;
    await uses.alone(unit.mirror, async (arrived) => {
      const signal = AbortSignal.any([command.signal, arrived]);
      try {
        await removeGarbage({ ...command, signal }, mirror);
      } catch (error) {
        command.signal.throwIfAborted();
        // Another day; a git that was killed leaves what is swept here.
        if (!arrived.aborted && !(error instanceof CheckoutFailed)) throw error;
        await sweepMirror(mirror);
      }
    });
  }
}

/** It may be killed at any time: what it removes first is nowhere needed, or is in the new pack as well. */
async function removeGarbage(command: GitCommand, mirror: string): Promise<void> {
  await runGit(command, ['-C', mirror, 'repack', '--quiet', '-a', '-d', '--no-write-bitmap-index']);
  await runGit(command, ['-C', mirror, 'prune', '--expire=now']);
  await rm(path.join(mirror, GARBAGE_FILE), { force: true });
}

async function dropOldRefs(mirror: string, before: number): Promise<boolean> {
  const folder = path.join(mirror, 'refs/cyclone');
  let dropped = false;
  for (const name of await readdir(folder).catch(() => [])) {
    const file = path.join(folder, name);
    const found = await stat(file).catch(() => undefined);
    if (found === undefined || found.mtimeMs >= before) continue;
    await rm(file, { force: true });
    dropped = true;
  }
  return dropped;
}

async function unitsOf(mirrors: string): Promise<readonly Unit[]> {
  const names = await readdir(mirrors).catch(() => []);
  const stems = new Set(names.flatMap((name) => /^(.+)\.(?:git|submodules)$/.exec(name)?.[1] ?? []));
  return await Promise.all(
    [...stems].map(async (stem) => {
      const mirror = path.join(mirrors, `${stem}.git`);
      const submodules = path.join(mirrors, `${stem}.submodules`);
      return { mirror, submodules, used: await lastUse(mirror).catch(() => lastUse(submodules)) };
    }),
  );
}

/** bytes on the disk; what is not there has none */
async function sizeOf(directory: string): Promise<number> {
  let bytes = 0;
  const open = [directory];
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
      const place = path.join(folder, entry.name);
      if (entry.isDirectory()) open.push(place);
      else
        bytes += await stat(place).then(
          ({ blocks }) => blocks * 512,
          () => 0,
        );
    }
  }
  return bytes;
}
