import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { GIT, gitImage } from '../contract/support/images.js';
import { createPerson } from '../fakes/github/testing/person.js';
import { lineSaid } from './support/line-said.js';
import { gitPush } from './support/push.js';
import { useFreshWorld } from './support/use-world.js';
import { conclusions } from './support/world.js';

const world = useFreshWorld({ CYCLONE_SHALLOW_REPOS: 'acme/huge' });

beforeAll(async () => {
  await gitImage();
}, 60_000);

const PIPELINE = `pre_build:
  image: ${GIT}
  commands:
    - echo "$(git rev-list --count HEAD) of history, $(git status --porcelain | wc -l) changes"
`;

/** A second commit on what was pushed. */
async function pushAgain(repository: string): Promise<string> {
  const person = await createPerson();
  try {
    await person.git('clone', '--quiet', world.github.pushUrl(repository), '.');
    await person.write('README.md', 'again');
    await person.git('add', '.');
    await person.git('commit', '--quiet', '-m', 'Again');
    await person.git('push', '--quiet', 'origin', 'HEAD:refs/heads/main');
    return await person.git('rev-parse', 'HEAD');
  } finally {
    await person.leave();
  }
}

async function said(repository: string, sha: string): Promise<string> {
  const checks = await world.concluded(repository, sha);
  expect(conclusions(checks)).toMatchObject({ cyclone: 'success' });
  return checks.get('cyclone/pre_build')?.state.text ?? '';
}

const mirrors = (): Promise<readonly string[]> => readdir(path.join(world.dataDir, 'mirrors'));

test('a repository that is set so comes with its newest commit alone, and with a git that works', async () => {
  const files = { 'caicloud.yml': PIPELINE };
  for (const [repository, history] of [
    ['acme/huge', 1],
    ['acme/small', 2],
  ] as const) {
    const first = await gitPush(world.github, { repository, files });
    expect(await said(repository, first)).toContain('\n1 of history, 0 changes');
    expect(await said(repository, await pushAgain(repository))).toContain(
      `\n${history} of history, 0 changes`,
    );
  }
}, 120_000);

test('mirrors that are too large go at the start, and runs make theirs anew', async () => {
  const repository = 'acme/app';
  await said(repository, await gitPush(world.github, { repository, files: { 'caicloud.yml': PIPELINE } }));
  expect(await world.leftovers()).toEqual([]);
  expect(await mirrors()).toHaveLength(1);
  await world.server().stop();
  await world.start({ CYCLONE_MIRRORS_SIZE: '1Ki' });
  await lineSaid(world, 'unused mirrors removed');
  expect(await mirrors()).toEqual([]);
  expect(await said(repository, await pushAgain(repository))).toContain('\n2 of history, 0 changes');
}, 120_000);
