import { appendFile, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { type GitCommand, runGit, withConfig } from './git-command.js';
import { boundaryOf } from './history.js';
import { objectsOf, shallowOf } from './mirror.js';
import type { Wanted } from './wanted.js';

/**
 * Processes of one git that write files at once, from a hundred files on. More than cores: they wait for the disk. Few on large
 * machines: there other jobs check out at the same time.
 */
const WRITERS = String(Math.min(8, availableParallelism() * 2));

export interface WorkspaceSource {
  readonly mirror: string;
  /** Without a token: it stays in the workspace. */
  readonly url: string;
  readonly wanted: Wanted;
  /** The tag's own object, where it has one. */
  readonly tagObject: string;
  /** Commits of history; absent: all. */
  readonly depth?: number;
}

/**
 * The commit's files with a `.git` that borrows the mirror's objects. Nothing is hard-linked: a stage
 * that writes to its objects must not write to everybody's. One process of git: each costs milliseconds, and all but
 * the files are a few lines of text.
 */
export async function fillWorkspace(
  command: GitCommand,
  directory: string,
  source: WorkspaceSource,
): Promise<void> {
  const { mirror, wanted, depth } = source;
  await empty(directory);
  // The mirror has more: a history that ends early is the workspace's alone.
  const boundary = depth === undefined ? [] : await boundaryOf(command, mirror, wanted.sha, depth);
  await writeGit(directory, source, [...(await shallowOf(mirror)), ...boundary]);
  const quick = withConfig(command, [['checkout.workers', WRITERS]]);
  await runGit(quick, ['-C', directory, 'read-tree', '--reset', '-u', wanted.sha]);
}

/** What `git clone` and `git checkout --detach` leave, but for the index. */
async function writeGit(
  directory: string,
  { mirror, url, wanted, tagObject }: WorkspaceSource,
  shallow: readonly string[],
): Promise<void> {
  const inside = (name: string): string => path.join(directory, '.git', name);
  for (const folder of ['objects/info', 'refs/heads', 'refs/tags', 'logs'])
    await mkdir(inside(folder), { recursive: true });
  const files = {
    HEAD: `${wanted.sha}\n`,
    config: configOf(url),
    'objects/info/alternates': `${objectsOf(mirror)}\n`,
    'packed-refs': packedRefs(wanted, tagObject),
    'logs/HEAD': reflogOf(wanted.sha),
    ...(shallow.length > 0 && { shallow: `${[...new Set(shallow)].join('\n')}\n` }),
  };
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(inside(name), text)));
}

function configOf(url: string): string {
  return `[core]
\trepositoryformatversion = 0
\tfilemode = true
\tbare = false
\tlogallrefupdates = true
[remote "origin"]
\turl = ${quoted(url)}
\tfetch = +refs/heads/*:refs/remotes/origin/*
[gc]
\tauto = 0
`;
}

/** From it git knows what HEAD is detached at, and says so to people. */
function reflogOf(sha: string): string {
  const seconds = Math.floor(Date.now() / 1000);
  return `${'0'.repeat(sha.length)} ${sha} cyclone <cyclone@localhost> ${seconds} +0000\tcheckout: moving from main to ${sha}\n`;
}

/** With this, `git submodule` in a stage knows it; it has a `.git` of its own, as a clone has. */
export async function nameSubmodule(directory: string, name: string, url: string): Promise<void> {
  const section = `[submodule ${quoted(name)}]\n\tactive = true\n\turl = ${quoted(url)}\n`;
  await appendFile(path.join(directory, '.git/config'), section);
}

function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}

/** In a file they are data, whatever their names look like, and names that nest do not meet. */
function packedRefs({ sha, branch, tag }: Wanted, tagObject: string): string {
  return [
    ...(branch === undefined ? [] : [`${sha} refs/remotes/origin/${branch}\n`]),
    ...(tag === undefined ? [] : [`${tagObject} refs/tags/${tag}\n`]),
  ].join('');
}

/** The directory itself stays: an armed container has it mounted. */
async function empty(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  for (const entry of await readdir(directory))
    await rm(path.join(directory, entry), { recursive: true, force: true });
}
