import { execFileSync } from 'node:child_process';
import type { FakeGitHub } from '../fakes/github/github.js';

const PIPELINE = 'integration: { image: "cyclone-test/busybox:1", commands: [true] }\n';

/** Repositories at GitHub's stand-in, each of an owner (and so an installation) of its own, with commits to push. */
export interface Many {
  readonly templates: readonly string[];
  readonly commits: readonly (readonly string[])[];
  readonly names: readonly string[];
}

/** No webhook is sent of them, but for the first of each, whose body the others are made of. */
export async function manyCommits(github: FakeGitHub, repositories: number, each: number): Promise<Many> {
  const names = Array.from({ length: repositories }, (_, index) => `owner-${index}/service`);
  const commits: (readonly string[])[] = [];
  const templates: string[] = [];
  for (const name of names) {
    const [owner = ''] = name.split('/');
    const { directory } = await github.createRepository({ owner, name: 'service' });
    await github.push(name, { files: { 'caicloud.yml': PIPELINE } });
    templates.push(github.deliveries.all('push').at(-1)?.request.body ?? '');
    commits.push(importCommits(directory, each));
  }
  return { names, templates, commits };
}

function importCommits(directory: string, count: number): readonly string[] {
  const lines = Array.from({ length: count }, (_, index) => {
    const message = `Change ${index}`;
    return [
      'commit refs/bench/all',
      'committer Bench <bench@example.com> 1700000000 +0000',
      `data ${message.length}`,
      message,
      `M 100644 inline caicloud.yml\ndata ${PIPELINE.length}\n${PIPELINE}`,
    ].join('\n');
  });
  execFileSync('git', ['fast-import', '--quiet'], { cwd: directory, input: `${lines.join('\n')}\n` });
  const listed = execFileSync('git', ['rev-list', 'refs/bench/all'], { cwd: directory, encoding: 'utf8' });
  return listed.trim().split('\n');
}
