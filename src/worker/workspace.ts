import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { sameCheckout } from './checkout-options.js';
import { createNonce } from './nonce.js';
import type { CheckoutOptions } from './ports.js';

/**
 * One job's directory: `code` is what stages see; the rest is ours.
 * Real paths: what is compared with them has its links followed.
 */
export interface Workspace {
  readonly root: string;
  readonly code: string;
  /** Outputs arrive here before they are moved into `code`: nothing in a container can reach it. */
  readonly incoming: string;
  /** What stages mount from here are the directories in it, and never this one. */
  readonly caches: string;
}

/** What a finished checkout left. */
export interface CheckoutMark {
  readonly sha: string;
  readonly options: CheckoutOptions;
  readonly borrowed: readonly string[];
}

const MARK_FILE = 'checked-out.json';

/** The workspace of this run and job, made if need be. */
export async function openWorkspace(directory: string, run: number, job: string): Promise<Workspace> {
  const workspace = await findWorkspace(directory, run, job);
  await mkdir(workspace.code, { recursive: true });
  return workspace;
}

/** Where it is, or can be made. */
export async function findWorkspace(directory: string, run: number, job: string): Promise<Workspace> {
  await mkdir(directory, { recursive: true });
  return workspaceOf(await realpath(directory), run, job);
}

/** Where this run and job have theirs, whether it is there or not. */
export function workspaceOf(directory: string, run: number, job: string): Workspace {
  const root = path.join(directory, `${run}-${directoryName(job)}`);
  const inside = (name: string): string => path.join(root, name);
  return { root, code: inside('code'), incoming: inside('incoming'), caches: inside('caches') };
}

/** The mark of a whole workspace of this commit; undefined when that checkout was never done here. */
export async function readMark(
  workspace: Workspace,
  wanted: Pick<CheckoutMark, 'sha' | 'options'>,
): Promise<CheckoutMark | undefined> {
  let text: string;
  try {
    text = await readFile(path.join(workspace.root, MARK_FILE), 'utf8');
  } catch {
    return undefined;
  }
  const mark = parseMark(text);
  if (mark?.sha !== wanted.sha || !sameCheckout(mark.options, wanted.options)) return undefined;
  const present = await Promise.all(mark.borrowed.map(isDirectory));
  return present.every(Boolean) ? mark : undefined;
}

/** Whether a checkout was ever finished in it, of whatever. */
export async function isCheckedOut({ root }: Pick<Workspace, 'root'>): Promise<boolean> {
  return (await anyMark(root)) !== undefined;
}

/** Directories that the workspaces here borrow from, those of jobs that are over as well. */
export async function borrowedBy(workspaces: string): Promise<readonly string[]> {
  const names = await readdir(workspaces);
  const marks = await Promise.all(names.map((name) => anyMark(path.join(workspaces, name))));
  return marks.flatMap((mark) => mark?.borrowed ?? []);
}

async function anyMark(root: string): Promise<CheckoutMark | undefined> {
  return parseMark(await readFile(path.join(root, MARK_FILE), 'utf8').catch(() => ''));
}

export async function writeMark(workspace: Workspace, mark: CheckoutMark): Promise<void> {
  await writeFile(path.join(workspace.root, MARK_FILE), JSON.stringify(mark));
}

/** Before any container mounts `code`: the directory itself goes. */
export async function removeWorkspace(workspace: Pick<Workspace, 'root'>): Promise<void> {
  await rm(path.join(workspace.root, MARK_FILE), { force: true });
  const remove = (): Promise<void> => rm(workspace.root, { recursive: true, force: true, maxRetries: 2 });
  try {
    await remove();
  } catch (error) {
    if ((error as { readonly code?: unknown }).code !== 'ENAMETOOLONG') throw error;
    await flatten(workspace.root);
    await remove();
  }
}

/** Half of what a path may be long. */
const LONG_BYTES = 2048;

/** In a container the same paths are shorter, and who goes there step by step comes deeper than any path. */
async function flatten(root: string): Promise<void> {
  const open = [Buffer.from(root)];
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    // As bytes: a name need not be text.
    for (const entry of await readdir(folder, { withFileTypes: true, encoding: 'buffer' })) {
      if (!entry.isDirectory()) continue;
      const inner = Buffer.concat([folder, Buffer.from('/'), entry.name]);
      const near = Buffer.from(path.join(root, createNonce()));
      if (inner.length > LONG_BYTES) await rename(inner, near);
      open.push(inner.length > LONG_BYTES ? near : inner);
    }
  }
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
  const { sha, options, borrowed } = value as { sha?: unknown; options?: unknown; borrowed?: unknown };
  return typeof sha === 'string' &&
    isOptions(options) &&
    Array.isArray(borrowed) &&
    borrowed.every((one) => typeof one === 'string')
    ? { sha, options, borrowed }
    : undefined;
}

function isOptions(value: unknown): value is CheckoutOptions {
  if (typeof value !== 'object' || value === null) return false;
  const { submodules, lfs, depth } = value as Record<string, unknown>;
  return (
    typeof submodules === 'boolean' &&
    typeof lfs === 'boolean' &&
    (depth === undefined || typeof depth === 'number')
  );
}

async function isDirectory(directory: string): Promise<boolean> {
  try {
    return (await stat(directory)).isDirectory();
  } catch {
    return false;
  }
}
