import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FakeGitHub } from '../../fakes/github/github.js';
import { createPerson } from '../../fakes/github/testing/person.js';

export interface Push {
  readonly repository: string;
  readonly files: Readonly<Record<string, string>>;
  /** Default main. */
  readonly branch?: string;
  /** Pushes this annotated tag too, and only it when `branch` is not given. */
  readonly tag?: string;
  readonly message?: string;
  readonly private?: boolean;
}

/** Makes the repository and pushes to it with the real git. @returns the commit */
export async function gitPush(github: FakeGitHub, push: Push): Promise<string> {
  const [owner = '', name = ''] = push.repository.split('/');
  if (!isThere(github, push.repository)) {
    await github.createRepository({ owner, name, private: push.private ?? false });
  }
  const person = await createPerson();
  try {
    const branch = push.branch ?? 'main';
    await person.git('init', '--quiet', `--initial-branch=${branch}`);
    for (const [file, content] of Object.entries(push.files)) {
      await mkdir(join(person.directory, dirname(file)), { recursive: true });
      await writeFile(join(person.directory, file), content);
    }
    await person.git('add', '.');
    await person.git('commit', '--quiet', '-m', push.message ?? 'Say hello');
    const refs = push.tag === undefined || push.branch !== undefined ? [`refs/heads/${branch}`] : [];
    if (push.tag !== undefined) {
      await person.git('tag', '-a', push.tag, '-m', push.tag);
      refs.push(`refs/tags/${push.tag}`);
    }
    await person.git('push', '--quiet', '--force', github.pushUrl(push.repository), ...refs);
    return await person.git('rev-parse', 'HEAD');
  } finally {
    await person.leave();
  }
}

function isThere(github: FakeGitHub, name: string): boolean {
  try {
    github.repository(name);
    return true;
  } catch {
    return false;
  }
}
