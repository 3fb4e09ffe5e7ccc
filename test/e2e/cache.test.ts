import { expect, test } from '@jest/globals';
import { type Finished, finishedRun } from './support/finished.js';
import { useWorld } from './support/use-world.js';

const world = useWorld();

const pipeline = (key: string): string => `pre_build:
  image: cyclone-test/busybox:1
  commands:
    - cat node_modules/state /root/.npm/state 2>/dev/null || echo cold
    - mkdir -p node_modules && echo $CYCLONE_RUN > node_modules/state && echo home > /root/.npm/state
  cache: { key: '${key}', paths: [node_modules, ~/.npm], restore_keys: ['npm-'] }
`;

const run = (
  repository: string,
  files: Readonly<Record<string, string>>,
  branch = 'main',
): Promise<Finished> => finishedRun(world, { repository, files, branch });

test('a cache is there in the next run, with the newest of its files, and the check says so', async () => {
  const files = { 'caicloud.yml': pipeline('npm-always') };
  const first = await run('acme/cache', files);
  expect(await first.log('pre_build')).toContain('\ncold\n');
  expect(first.check('cyclone/pre_build').summary).toMatch(/cache npm-always stored \(\d+ B\)/);
  const second = await run('acme/cache', { ...files, readme: 'second' });
  expect(await second.log('pre_build')).toContain('\n1\nhome\n');
  expect(second.check('cyclone/pre_build').summary).toMatch(/cache npm-always restored \(\d+ B\)/);
  const third = await run('acme/cache', { ...files, readme: 'third' });
  expect(await third.log('pre_build')).toContain('\n2\nhome\n');
}, 90_000);

test('a key with a checksum changes with the file, and falls back on the key before', async () => {
  const key = 'npm-${checksum:package-lock.json}';
  const one = await run('acme/checksum', { 'caicloud.yml': pipeline(key), 'package-lock.json': '1' });
  expect(one.check('cyclone/pre_build').summary).toMatch(/cache npm-[0-9a-f]{20} not found/);
  const other = await run('acme/checksum', { 'caicloud.yml': pipeline(key), 'package-lock.json': '2' });
  expect(other.check('cyclone/pre_build').summary).toMatch(
    /cache (npm-[0-9a-f]{20}) restored \(\d+ B, from key npm-[0-9a-f]{20}\)/,
  );
  expect(await other.log('pre_build')).toContain('\nhome\n');
}, 60_000);

test('a branch does not see what another branch stored, and sees what main did', async () => {
  // The first branch that is pushed is the default.
  await run('acme/scopes', { 'caicloud.yml': pipeline('first') });
  const files = { 'caicloud.yml': pipeline('npm') };
  const side = await run('acme/scopes', files, 'side');
  expect(await side.log('pre_build')).toContain('\ncold\n');
  const main = await run('acme/scopes', { ...files, readme: 'main' });
  expect(await main.log('pre_build')).toContain('\ncold\n');
  const other = await run('acme/scopes', { ...files, readme: 'other' }, 'other');
  expect(await other.log('pre_build')).toMatch(/\n\d+\nhome\n/);
}, 90_000);
