import { expect, test } from '@jest/globals';
import { useWorld } from './support/use-world.js';
import { conclusions } from './support/world.js';

const world = useWorld();

const FILES = {
  'caicloud.yml': `pre_build: { image: cyclone-test/busybox:1, commands: ['echo "pull [$CYCLONE_PR] to [$CYCLONE_BASE]"'] }
integration: { image: cyclone-test/busybox:1, commands: ["true"] }
`,
};

async function repository(name: string): Promise<string> {
  await world.github.createRepository({ owner: 'acme', name });
  await world.concluded(`acme/${name}`, await world.github.push(`acme/${name}`, { files: FILES }));
  return `acme/${name}`;
}

const runs = async (name: string): Promise<readonly { id: number; head_sha?: string }[]> => {
  const answer = await fetch(`${world.server().url}/api/runs?repo=${name}`);
  return ((await answer.json()) as { runs: { id: number }[] }).runs;
};

test('a branch and its pull request run each commit once', async () => {
  const { github } = world;
  const name = await repository('once');
  const pull = await github.pulls.open(name, { from: 'feature', files: { 'a.txt': 'a' } });
  const first = await world.concluded(name, pull.head.sha);
  expect(conclusions(first)).toEqual({
    cyclone: 'success',
    'cyclone/pre_build': 'success',
    'cyclone/integration': 'success',
  });
  const sha = await github.pulls.push(pull, { files: { 'b.txt': 'b' } });
  expect(conclusions(await world.concluded(name, sha))).toEqual(conclusions(first));
  expect(await runs(name)).toHaveLength(3);
  expect(github.checkRuns(name, sha)).toHaveLength(3);
}, 90_000);

test('a group of the merge queue has its checks, which keep it from standing still', async () => {
  const { github } = world;
  const name = await repository('queue');
  const pull = await github.pulls.open(name, { from: 'feature', files: { 'a.txt': 'a' } });
  await world.concluded(name, pull.head.sha);
  const group = await github.queue.enqueue(pull);
  expect(conclusions(await world.concluded(name, group.headSha))).toMatchObject({ cyclone: 'success' });
}, 90_000);
