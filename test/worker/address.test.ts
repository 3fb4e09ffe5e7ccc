import { describe, expect, test } from '@jest/globals';
import type { ImageBuildStage, PlannedStage } from '../../src/pipeline/model.js';
import { createAddresses } from '../../src/worker/address.js';
import type { ImageInfo, Lease } from '../../src/worker/ports.js';
import { BUILD, container, leaseOf, planned, service } from './world.js';

const FILES = {
  Dockerfile: '1',
  'web/Dockerfile': '1',
  'web/.dockerignore': '1',
  'src/a.go': '1',
  readme: '1',
};
const inputs = ['src'];

/** The address of the last of these stages. */
async function addressOf(
  stages: readonly PlannedStage[],
  files: Readonly<Record<string, string>> = FILES,
  lease: Partial<Lease> = {},
): Promise<string> {
  const image = (id: string): ImageInfo => ({ id, hasHealthcheck: false, workingDir: '' });
  const addresses = createAddresses({
    lease: leaseOf(stages, lease),
    images: { get: (reference) => Promise.resolve(image(`id of ${reference}`)) },
    tree: () => Promise.resolve(Object.entries(files).map(([path, id]) => ({ path, id }))),
  });
  const last = stages.at(-1);
  if (last === undefined) throw new Error('no stage');
  return await addresses(last);
}

const run = (over: Partial<PlannedStage> = {}): PlannedStage =>
  planned(
    'run',
    { kind: 'container', container: container(), services: [service('db')], outputs: [] },
    {
      options: { inputs },
      ...over,
    },
  );

describe('the address of a result', () => {
  test('takes the files of a directory that inputs name', async () => {
    const changed = await addressOf([run()], { ...FILES, 'src/a.go': '2' });
    expect(changed).not.toBe(await addressOf([run()]));
    expect(await addressOf([run()], { ...FILES, readme: '2' })).toBe(await addressOf([run()]));
    expect(await addressOf([run({ options: { inputs: ['./src/'] } })])).toBe(await addressOf([run()]));
  });

  test.each([
    ['Dockerfile', { contextDir: '.' }],
    ['web/Dockerfile', { contextDir: './web' }],
    ['web/.dockerignore', { contextDir: 'web/' }],
  ])('of a build takes %s, whatever inputs say', async (file, over) => {
    const spec: ImageBuildStage = {
      kind: 'image_build',
      dockerfileName: 'Dockerfile',
      purpose: 'outputs',
      outputs: ['/x'],
      ...over,
    };
    const stage = planned('build', spec, { options: { inputs } });
    expect(await addressOf([stage], { ...FILES, [file]: '2' })).not.toBe(await addressOf([stage]));
  });

  test('asks for no image where the run builds it; the build before it stands for it', async () => {
    const built = run({
      spec: { kind: 'container', container: container({ image: 'BUILT_IMAGE' }), services: [], outputs: [] },
    });
    const build = planned('build', BUILD);
    const address = await addressOf([build, built]);
    expect(await addressOf([build, built], { ...FILES, readme: '2' })).not.toBe(address);
    expect(await addressOf([build, built])).toBe(address);
  });

  test('does not know what publish and deploy do: they leave no files', async () => {
    const publish = planned('publish', { kind: 'publish' });
    expect(await addressOf([publish, run()], { ...FILES, readme: '2' })).toBe(await addressOf([run()]));
  });

  test('takes what is handed over by its content, and its absence', async () => {
    const stage = run({ takesFrom: ['web'] });
    const handed = (digest: string): Partial<Lease> => ({
      handed: { run: [{ from: 'web', digest, bytes: 1, files: 1 }] },
    });
    const all = [
      await addressOf([stage]),
      await addressOf([stage], FILES, handed('sha256:1')),
      await addressOf([stage], FILES, handed('sha256:2')),
    ];
    expect(new Set(all).size).toBe(3);
    expect(await addressOf([stage], FILES, handed('sha256:1'))).toBe(all[1]);
  });
});
