import { createHash } from 'node:crypto';
import { mkdir, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * One job's directory: `code` is what stages see; the rest is ours and is never mounted.
 * Real paths: what is compared with them has its links followed.
 */
export interface Workspace {
  readonly root: string;
  readonly code: string;
  /** Outputs arrive here before they are moved into `code`: nothing in a container can reach it. */
  readonly incoming: string;
}

/** What a finished checkout left. */
export interface CheckoutMark {
  readonly sha: string;
  readonly borrowed: readonly string[];
}

const MARK_FILE = 'checked-out.json';

/** The workspace of this run and job, made if need be. */
export async function openWorkspace(directory: string, run: number, job: string): Promise<Workspace> {
  await mkdir(directory, { recursive: true });
  const workspace = workspaceOf(await realpath(directory), run, job);
  await mkdir(workspace.code, { recursive: true });
  return workspace;
}

/** Where this run and job have theirs, whether it is there or not. */
export function workspaceOf(directory: string, run: number, job: string): Workspace {
  const root = path.join(directory, `${run}-${directoryName(job)}`);
  return { root, code: path.join(root, 'code'), incoming: path.join(root, 'incoming') };
}

/** The mark of a whole workspace of this commit; undefined when the checkout was never done here. */
export async function readMark(workspace: Workspace, sha: string): Promise<CheckoutMark | undefined> {
  let text: string;
  try {
    text = await readFile(path.join(workspace.root, MARK_FILE), 'utf8');
  } catch {
    return undefined;
  }
  const mark = parseMark(text);
  if (mark?.sha !== sha) return undefined;
  const present = await Promise.all(mark.borrowed.map(isDirectory));
  return present.every(Boolean) ? mark : undefined;
}

export async function writeMark(workspace: Workspace, mark: CheckoutMark): Promise<void> {
  await writeFile(path.join(workspace.root, MARK_FILE), JSON.stringify(mark));
}

/** An empty `code` without a mark. Before any container mounts it: the directory itself is replaced. */
export async function resetWorkspace(workspace: Workspace): Promise<void> {
  await removeWorkspace(workspace);
  await mkdir(workspace.code, { recursive: true });
}

export async function removeWorkspace(workspace: Workspace): Promise<void> {
  await rm(path.join(workspace.root, MARK_FILE), { force: true });
  await rm(workspace.root, { recursive: true, force: true, maxRetries: 2 });
}

/** A job's id may hold anything (`lint (node=20)`); a colon in a path would end a mount's source. */
function directoryName(job: string): string {
  const plain = job.replaceAll(/[^A-Za-z0-9_-]+/g, '_').slice(0, 40);
  return plain === job ? job : `${plain}-${createHash('sha256').update(job).digest('hex').slice(0, 10)}`;
}

function parseMark(text: string): CheckoutMark | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // A killed worker left half of it: the same as none.
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { sha, borrowed } = value as { sha?: unknown; borrowed?: unknown };
  return typeof sha === 'string' &&
    Array.isArray(borrowed) &&
    borrowed.every((one) => typeof one === 'string')
    ? { sha, borrowed }
    : undefined;
}

async function isDirectory(directory: string): Promise<boolean> {
  try {
    return (await stat(directory)).isDirectory();
  } catch {
    return false;
  }
}
