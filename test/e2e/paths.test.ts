import { expect, test } from '@jest/globals';
import { finished } from './support/finished.js';
import { gitPush } from './support/push.js';
import { useWorld } from './support/use-world.js';

const world = useWorld();

const FILES = {
  'caicloud.yml': `on: { push: { paths_ignore: ['docs/**'] } }
pre_build: { image: cyclone-test/busybox:1, commands: [echo first] }
integration: { image: cyclone-test/busybox:1, commands: [echo second], when: { path: 'src/**' } }
`,
  'src/main.c': 'int main() {}\n',
  'docs/index.md': '# Hello\n',
};

test('what a push changed decides whether it runs, and which of its stages do', async () => {
  const { github } = world;
  const repository = 'acme/paths';
  const all = await finished(world, repository, await gitPush(github, { repository, files: FILES }));
  expect(all.conclusions).toEqual({
    cyclone: 'success',
    'cyclone/pre_build': 'success',
    'cyclone/integration': 'success',
  });

  const docs = await github.push(repository, { files: { 'docs/index.md': '# Goodbye\n' } });
  const ignored = await finished(world, repository, docs);
  expect(ignored.conclusions).toEqual({ cyclone: 'skipped' });
  expect(ignored.check('cyclone').title).toBe(
    'Skipped: caicloud.yml ignores changes of docs/**, and nothing else changed',
  );

  const readme = await github.push(repository, { files: { 'README.md': '# Hello\n' } });
  const partial = await finished(world, repository, readme);
  expect(partial.conclusions).toMatchObject({ cyclone: 'success', 'cyclone/integration': 'skipped' });
  expect(partial.check('cyclone/integration').title).toBe(
    'Skipped: runs on changes of src/**; nothing of it changed',
  );
}, 120_000);

test('a new branch is compared with the default one', async () => {
  const { github } = world;
  const repository = 'acme/branches';
  await finished(world, repository, await gitPush(github, { repository, files: FILES }));
  const onlyDocs = await github.push(repository, { branch: 'docs', files: { 'docs/index.md': '# New\n' } });
  expect((await finished(world, repository, onlyDocs)).conclusions).toEqual({ cyclone: 'skipped' });
  const source = await github.push(repository, { branch: 'fix', files: { 'src/main.c': '// fixed\n' } });
  expect((await finished(world, repository, source)).conclusions).toMatchObject({
    'cyclone/integration': 'success',
  });
}, 120_000);

test('a forced push whose old commits have nothing in common with the new runs all', async () => {
  const { github } = world;
  const repository = 'acme/forced';
  await finished(world, repository, await gitPush(github, { repository, files: FILES }));
  const files = { ...FILES, 'docs/index.md': '# From the beginning\n' };
  const forced = await gitPush(github, { repository, files, message: 'Begin again' });
  expect((await finished(world, repository, forced)).conclusions).toMatchObject({
    'cyclone/pre_build': 'success',
    'cyclone/integration': 'success',
  });
}, 120_000);
