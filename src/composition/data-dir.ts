import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** The data directory cannot be used; the message says why and what to do. */
export class DataDirUnavailable extends Error {
  override readonly name = 'DataDirUnavailable';
}

export interface DataDir {
  readonly root: string;
  readonly database: string;
  readonly mirrors: string;
  readonly workspaces: string;
  /** Workspaces that are nobody's yet; made when it is needed. */
  readonly pool: string;
  /** What the worker knows of images in its engine. */
  readonly images: string;
  readonly logs: string;
  /** Blobs of the depot. */
  readonly artifacts: string;
  /** This directory's worker: the same after a restart, so that it finds what it left behind. */
  readonly workerId: string;
  release(): Promise<void>;
}

/** Takes a data directory for this process alone: mirrors and leftovers have one owner. */
export async function openDataDir(root: string): Promise<DataDir> {
  const dir = (name: string): string => path.join(root, name);
  try {
    for (const name of ['', 'mirrors', 'workspaces', 'logs', 'artifacts']) {
      await mkdir(dir(name), { recursive: true, mode: 0o700 });
    }
  } catch (cause) {
    throw new DataDirUnavailable(`CYCLONE_DATA_DIR ${root} cannot be written: make it or choose another`, {
      cause,
    });
  }
  const lock = dir('lock');
  await takeLock(lock, root);
  return {
    root,
    database: dir('cyclone.db'),
    mirrors: dir('mirrors'),
    workspaces: dir('workspaces'),
    pool: dir('pool'),
    images: dir('images.json'),
    logs: dir('logs'),
    artifacts: dir('artifacts'),
    workerId: await ownId(dir('worker-id')),
    release: () => rm(lock, { force: true }),
  };
}

async function takeLock(lock: string, root: string): Promise<void> {
  if (!(await acquire(lock))) {
    const owner = await livingOwner(lock);
    throw new DataDirUnavailable(
      owner === undefined
        ? `CYCLONE_DATA_DIR ${root}: another process takes it at the same time`
        : `CYCLONE_DATA_DIR ${root} is in use by process ${owner}: stop it, or choose another directory`,
    );
  }
}

/**
 * A lock is a file that names a process by pid and start time: after a kill -9 the pid may be somebody
 * else's. That of a dead process is replaced under a lock on doing so: two that both saw the dead owner
 * would replace each other.
 */
async function acquire(lock: string): Promise<boolean> {
  // Linked or renamed into place, it is whole from the moment that others see it.
  const offer = `${lock}.${String(process.pid)}-${randomBytes(4).toString('hex')}`;
  await writeFile(offer, `${String(process.pid)} ${identity(process.pid) ?? ''}\n`, { mode: 0o600 });
  const claim = `${lock}.claim`;
  let claimed = false;
  try {
    if (await linked(offer, lock)) {
      return true;
    }
    if ((await livingOwner(lock)) !== undefined) {
      return false;
    }
    claimed = await acquire(claim);
    if (!claimed) {
      return false;
    }
    if (await linked(offer, lock)) {
      return true;
    }
    if ((await livingOwner(lock)) !== undefined) {
      return false;
    }
    // Its dead owner cannot come back, and nobody else may replace it now.
    await rename(offer, lock);
    return true;
  } finally {
    await rm(offer, { force: true });
    if (claimed) {
      await rm(claim, { force: true });
    }
  }
}

async function linked(offer: string, name: string): Promise<boolean> {
  try {
    await link(offer, name);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
      throw error;
    }
    return false;
  }
}

/** The pid that the file names, when that process lives. */
async function livingOwner(file: string): Promise<string | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const [, pid, since] = /^([1-9]\d*) (\S+)\n$/.exec(text) ?? [];
  return pid !== undefined && identity(Number(pid)) === since ? pid : undefined;
}

/** Undefined: no such process. Without /proc the pid alone must do. */
function identity(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    // Field 22, starttime: counted after the name, which may hold spaces.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    try {
      process.kill(pid, 0);
      return String(pid);
    } catch {
      return undefined;
    }
  }
}

async function ownId(file: string): Promise<string> {
  const known = await readFile(file, 'utf8').catch(() => '');
  if (/^[0-9a-f]{12}\n$/.test(known)) {
    return known.trim();
  }
  const id = randomBytes(6).toString('hex');
  await writeFile(file, `${id}\n`, { mode: 0o600 });
  return id;
}
