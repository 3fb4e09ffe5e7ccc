import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { docker } from '../contract/support/images.js';
import { type Finished, finishedRun } from './support/finished.js';
import { useWorld } from './support/use-world.js';

const world = useWorld();

const COMPILE = `pre_build:
  image: cyclone-test/busybox:1
  commands: [cat src/* > /tmp/app, cat /proc/sys/kernel/random/uuid >> /tmp/app, touch junk]
  inputs: [src]
  outputs: [/tmp/app]
`;
const TEST = `integration:
  image: cyclone-test/busybox:1
  commands: [cat app, test ! -e junk, cat readme]
`;

const run = (repository: string, files: Readonly<Record<string, string>>): Promise<Finished> =>
  finishedRun(world, { repository, files: { 'src/main.c': 'main\n', readme: '1', ...files } });

/** Names of the containers that our worker has made for stages; an image is given its labels by one without a name. */
async function containersMade(): Promise<readonly string[]> {
  const worker = (await readFile(path.join(world.dataDir, 'worker-id'), 'utf8')).trim();
  const events = await docker().getEvents({
    since: 1,
    until: Math.floor(Date.now() / 1000) + 1,
    filters: JSON.stringify({ type: ['container'], event: ['create'], label: [`cyclone.worker=${worker}`] }),
  });
  let text = '';
  for await (const chunk of events) text += String(chunk);
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { Actor: { Attributes: { name: string } } }).Actor.Attributes.name)
    .filter((name) => /^cyclone-\d+-/.test(name));
}

test('a stage whose inputs did not change is not run again; check, API and log name its first run', async () => {
  const files = { 'caicloud.yml': COMPILE };
  const first = await run('acme/inputs', files);
  expect(first.stage('pre_build').reused_from).toBeNull();
  const made = await containersMade();
  expect(made).not.toEqual([]);

  const second = await run('acme/inputs', { ...files, readme: '2' });
  expect(second.conclusions).toMatchObject({ 'cyclone/pre_build': 'success', cyclone: 'success' });
  const source = second.stage('pre_build').reused_from;
  expect(source).toMatchObject({ stage: 'pre_build' });
  expect(first.check('cyclone/pre_build').detailsUrl).toContain(`/runs/${String(source?.run)}/`);
  expect(second.check('cyclone/pre_build').title).toContain(`Reused from run ${String(source?.run)}`);
  expect(await second.log('pre_build')).toBe(
    `Nothing of its inputs changed since run ${String(source?.run)}: its result is used again.\n`,
  );
  expect(await containersMade()).toEqual(made);

  const third = await run('acme/inputs', { ...files, readme: '3' });
  expect(third.stage('pre_build').reused_from).toEqual(source);
  const changed = await run('acme/inputs', { ...files, 'src/main.c': 'changed\n' });
  expect(changed.stage('pre_build').reused_from).toBeNull();
}, 90_000);

test('the next stage finds the outputs of the earlier run, and nothing else that it left', async () => {
  const first = await run('acme/chain', { 'caicloud.yml': COMPILE + TEST.replace('test ! -e junk, ', '') });
  const second = await run('acme/chain', { 'caicloud.yml': COMPILE + TEST, readme: '2' });
  expect(second.conclusions).toMatchObject({
    'cyclone/pre_build': 'success',
    'cyclone/integration': 'success',
  });
  expect(second.stage('pre_build').reused_from).not.toBeNull();
  const app = (log: string): string | undefined => /\$ cat app\n(main\n[0-9a-f-]{36})\n/.exec(log)?.[1];
  const made = app(await first.log('integration'));
  expect(made).toBeDefined();
  expect(app(await second.log('integration'))).toBe(made);
  expect(await second.log('integration')).toContain('$ cat readme\n2');
}, 60_000);

test('an image that need not be built again is tested and published by later runs', async () => {
  const pipeline = `build: { context_dir: image, inputs: [image] }
integration: { commands: [cat /made], inputs: [] }
`;
  const files = {
    'caicloud.yml': pipeline,
    'image/Dockerfile': 'FROM cyclone-test/busybox:1\nRUN cat /proc/sys/kernel/random/uuid > /made\n',
  };
  const branch = await run('acme/image', files);
  expect(branch.stage('build').reused_from).toBeNull();
  const made = await containersMade();
  const tagged = await finishedRun(world, {
    repository: 'acme/image',
    files: { ...files, readme: '2' },
    tag: 'v1',
  });
  expect(tagged.conclusions).toMatchObject({
    'cyclone/build': 'success',
    'cyclone/integration': 'success',
    'cyclone/publish': 'success',
  });
  for (const name of ['build', 'integration']) {
    expect(tagged.stage(name).reused_from).toMatchObject({ stage: name });
  }
  expect(await containersMade()).toEqual(made);
  await world.registry.settled();
  expect(world.registry.manifestPuts('acme/image', 'v1')).toBe(1);
}, 90_000);
