import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
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
  readonly logs: string;
  /** This directory's worker: the same after a restart, so that it finds what it left behind. */
  readonly workerId: string;
  release(): Promise<void>;
}

/** Takes a data directory for this process alone: mirrors and leftovers have one owner. */
export async function openDataDir(root: string): Promise<DataDir> {
  const dir = (name: string): string => path.join(root, name);
  try {
    for (const name of ['', 'mirrors', 'workspaces', 'logs']) {
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
    logs: dir('logs'),
    workerId: await ownId(dir('worker-id')),
    release: () => rm(lock, { force: true }),
  };
}

/** The lock names a process by pid and start time: after a kill -9 the pid may be somebody else's. */
async function takeLock(lock: string, root: string): Promise<void> {
  const mine = identity(process.pid) ?? String(process.pid);
  for (let attempt = 0; attempt < 3; attempt += 1) {
    try {
      const file = await open(lock, 'wx', 0o600);
      await file.writeFile(`${String(process.pid)} ${mine}\n`);
      await file.close();
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
        throw error;
      }
    }
    const [pid = '', ...rest] = (await readFile(lock, 'utf8').catch(() => '')).trim().split(' ');
    if (pid !== '' && identity(Number(pid)) === rest.join(' ')) {
      throw new DataDirUnavailable(
        `CYCLONE_DATA_DIR ${root} is in use by process ${pid}: stop it, or choose another directory`,
      );
    }
    await rm(lock, { force: true });
  }
  throw new DataDirUnavailable(`CYCLONE_DATA_DIR ${root}: another process takes it at the same time`);
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
