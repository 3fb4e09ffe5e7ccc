import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { git, gitText } from './git.js';

/** `content`, or a file that is executable or a symlink (whose content is its target). */
export type FileContent =
  | string
  | Buffer
  | { readonly content: string | Buffer; readonly mode: '100644' | '100755' | '120000' };

export interface NewCommit {
  /** `refs/heads/…` */
  readonly ref: string;
  /** The parent; `undefined` begins a new history. */
  readonly parent: string | undefined;
  readonly message: string;
  readonly author: { readonly name: string; readonly email: string };
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Written over the parent's files; `null` removes one. */
  readonly files: Readonly<Record<string, FileContent | null>>;
}

// hideRefs: nobody pushes to the refs that GitHub keeps for pull requests.
const CONFIG = `
[http]
  receivepack = true
[uploadpack]
  allowAnySHA1InWant = true
  allowFilter = true
[receive]
  hideRefs = refs/pull
  autogc = false
[gc]
  auto = 0
`;

export async function createBareRepository(directory: string, defaultBranch: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  await git(directory, ['init', '--quiet', '--bare', `--initial-branch=${defaultBranch}`]);
  await appendFile(join(directory, 'config'), CONFIG);
}

/** Makes a commit without a working tree and moves the ref to it. @returns its sha */
export async function writeCommit(directory: string, commit: NewCommit): Promise<string> {
  const who = `${commit.author.name} <${commit.author.email}> ${Math.floor(commit.at / 1000)} +0000`;
  const parts: (string | Buffer)[] = [`commit ${commit.ref}\nauthor ${who}\ncommitter ${who}\n`];
  parts.push(...data(commit.message));
  if (commit.parent !== undefined) parts.push(`from ${commit.parent}\n`);
  for (const [path, file] of Object.entries(commit.files)) {
    if (file === null) {
      parts.push(`D ${path}\n`);
      continue;
    }
    const plain = typeof file === 'string' || Buffer.isBuffer(file);
    parts.push(`M ${plain ? '100644' : file.mode} inline ${path}\n`, ...data(plain ? file : file.content));
  }
  // --force: a parent that is not the ref's present commit is a rewritten history.
  const stream = Buffer.concat(parts.map((part) => Buffer.from(part)));
  await git(directory, ['fast-import', '--quiet', '--force', '--date-format=raw'], stream);
  return (await gitText(directory, ['rev-parse', '--verify', commit.ref])).trim();
}

function data(content: string | Buffer): (string | Buffer)[] {
  return [`data ${Buffer.byteLength(content)}\n`, content, '\n'];
}
