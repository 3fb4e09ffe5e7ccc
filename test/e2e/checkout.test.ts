import { beforeAll, expect, test } from '@jest/globals';
import { GIT, gitImage } from '../contract/support/images.js';
import { createPerson } from '../fakes/github/testing/person.js';
import { gitPush } from './support/push.js';
import { useWorld } from './support/use-world.js';
import { conclusions } from './support/world.js';

const world = useWorld();

beforeAll(async () => {
  await gitImage();
}, 60_000);

const PIPELINE = `pre_build:
  image: ${GIT}
  checkout: { submodules: true, depth: 1 }
  commands:
    - git log --oneline | wc -l
    - git -C lib rev-parse HEAD
    - git status --porcelain
    - cat lib/lib.txt
integration:
  image: ${GIT}
  commands:
    - cd lib && git status --short --branch && cat lib.txt
`;

/** Two commits, the second with the submodule. @returns the second */
async function pushWithSubmodule(repository: string, url: string, submodule: string): Promise<string> {
  const { github } = world;
  await gitPush(github, { repository, files: { 'README.md': 'first' }, branch: 'before' });
  const person = await createPerson();
  try {
    await person.git('clone', '--quiet', '--branch', 'before', github.pushUrl(repository), '.');
    await person.write('caicloud.yml', PIPELINE);
    await person.write('.gitmodules', `[submodule "lib"]\n\tpath = lib\n\turl = ${url}\n`);
    await person.git('add', '.');
    await person.git('update-index', '--add', '--cacheinfo', `160000,${submodule},lib`);
    await person.git('commit', '--quiet', '-m', 'With a library');
    await person.git('push', '--quiet', 'origin', 'HEAD:refs/heads/main');
    return await person.git('rev-parse', 'HEAD');
  } finally {
    await person.leave();
  }
}

test('a stage finds one commit of history, and its submodules with a working git of their own', async () => {
  const library = await gitPush(world.github, {
    repository: 'acme/library',
    files: { 'lib.txt': 'from the library\n' },
  });
  const sha = await pushWithSubmodule('acme/app', '../library.git', library);
  const checks = await world.concluded('acme/app', sha);
  const said = checks.get('cyclone/pre_build')?.state.text ?? '';
  expect(said).toMatch(/wc -l\n1\n/);
  expect(said).toContain(`rev-parse HEAD\n${library}\n$ git status --porcelain\n$ cat`);
  expect(said).toContain('\nfrom the library\n');
  // One checkout for all of the chain; what git needs of it is mounted into containers that are armed ahead.
  expect(checks.get('cyclone/integration')?.state.text).toMatch(/## HEAD \(no branch\)\nfrom the library\n/);
  expect(conclusions(checks)).toMatchObject({ cyclone: 'success' });
}, 90_000);

test('a private submodule fails the stage, by its name and with what to do', async () => {
  const library = await gitPush(world.github, {
    repository: 'acme/hidden',
    files: { 'lib.txt': 'a secret\n' },
    private: true,
  });
  const sha = await pushWithSubmodule('acme/curious', '../hidden.git', library);
  const checks = await world.concluded('acme/curious', sha);
  expect(conclusions(checks)).toMatchObject({ 'cyclone/pre_build': 'failure' });
  const { summary = '', text = '' } = checks.get('cyclone/pre_build')?.state ?? {};
  expect(`${summary ?? ''}${text ?? ''}`).toMatch(/submodule lib: git fetch: [\s\S]*a secret of yours/);
}, 90_000);
