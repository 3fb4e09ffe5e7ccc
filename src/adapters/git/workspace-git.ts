import { appendFile, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type GitCommand, runGit } from './git-command.js';
import { boundaryOf } from './history.js';
import { objectsOf } from './mirror.js';
import type { Wanted } from './wanted.js';

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
 * that writes to its objects must not write to everybody's.
 */
export async function fillWorkspace(
  command: GitCommand,
  directory: string,
  source: WorkspaceSource,
): Promise<void> {
  const { mirror, url, wanted, tagObject, depth } = source;
  await empty(directory);
  const git = (args: readonly string[], input?: string): Promise<string> =>
    runGit(command, ['-C', directory, ...args], input);
  await git(['init', '--quiet', '--template=']);
  await mkdir(path.join(directory, '.git/objects/info'), { recursive: true });
  await writeFile(path.join(directory, '.git/objects/info/alternates'), `${objectsOf(mirror)}\n`);
  await appendFile(path.join(directory, '.git/config'), configOf(url));
  // The mirror has all of it: a history that ends early is the workspace's alone.
  const boundary = depth === undefined ? [] : await boundaryOf(command, mirror, wanted.sha, depth);
  if (boundary.length > 0) await writeFile(path.join(directory, '.git/shallow'), `${boundary.join('\n')}\n`);
  await git(['update-ref', '--stdin', '-z'], refUpdates(wanted, tagObject));
  await git(['checkout', '--quiet', '--detach', '--force', wanted.sha, '--']);
}

/** Written at once: three calls of `git config` take longer than the checkout of a small repository. */
function configOf(url: string): string {
  return `[remote "origin"]
\turl = ${quoted(url)}
\tfetch = +refs/heads/*:refs/remotes/origin/*
[gc]
\tauto = 0
`;
}

/** With this, `git submodule` in a stage knows it; it has a `.git` of its own, as a clone has. */
export async function nameSubmodule(directory: string, name: string, url: string): Promise<void> {
  const section = `[submodule ${quoted(name)}]\n\tactive = true\n\turl = ${quoted(url)}\n`;
  await appendFile(path.join(directory, '.git/config'), section);
}

function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}

/** Lines of `update-ref --stdin -z`: names are data there, whatever they look like. */
function refUpdates({ sha, branch, tag }: Wanted, tagObject: string): string {
  const refs = [
    ...(branch === undefined ? [] : [{ name: `refs/remotes/origin/${branch}`, object: sha }]),
    ...(tag === undefined ? [] : [{ name: `refs/tags/${tag}`, object: tagObject }]),
  ];
  return refs.map(({ name, object }) => `update ${name}\0${object}\0\0`).join('');
}

/** The directory itself stays: an armed container has it mounted. */
async function empty(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  for (const entry of await readdir(directory))
    await rm(path.join(directory, entry), { recursive: true, force: true });
}
