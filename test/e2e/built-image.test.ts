import { describe, expect, test } from '@jest/globals';
import { finishedRun } from './support/finished.js';
import { useWorld } from './support/use-world.js';

const world = useWorld({ CYCLONE_CONCURRENCY: '3' });

describe('the image of a build', () => {
  test('is tested by every cell of a matrix, and published when all have passed', async () => {
    const { conclusions, stage, log } = await finishedRun(world, {
      repository: 'acme/cells',
      files: {
        Dockerfile: 'FROM cyclone-test/busybox:1\nRUN echo made > /made\n',
        'caicloud.yml': `build: { context_dir: . }
integration:
  commands: [cat /made, 'echo with $FLAVOUR in $CYCLONE_IMAGE']
  matrix: { FLAVOUR: [sweet, sour] }
stages:
  smoke: { image: BUILT_IMAGE, commands: [test -f /made] }
`,
      },
      tag: 'v1',
    });
    expect(conclusions).toMatchObject({
      'cyclone/integration (FLAVOUR=sweet)': 'success',
      'cyclone/integration (FLAVOUR=sour)': 'success',
      'cyclone/smoke': 'success',
      'cyclone/publish': 'success',
      cyclone: 'success',
    });
    expect(await log('integration (FLAVOUR=sour)')).toMatch(/made\n[^]*with sour in \S+acme\/cells:v1\n/);
    for (const tested of ['integration (FLAVOUR=sweet)', 'integration (FLAVOUR=sour)', 'smoke']) {
      expect(stage('publish').from).toBeGreaterThanOrEqual(stage(tested).to);
    }
  }, 90_000);
});
