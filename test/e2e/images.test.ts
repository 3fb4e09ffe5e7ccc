import { expect, test } from '@jest/globals';
import { docker } from '../contract/support/images.js';
import { publishedImage } from '../contract/support/published.js';
import { lineSaid } from './support/line-said.js';
import { gitPush } from './support/push.js';
import { useFreshWorld } from './support/use-world.js';
import { conclusions } from './support/world.js';

const world = useFreshWorld({ CYCLONE_IMAGES_SIZE: '3Mi' });

/** A run whose stage is in this image. */
async function runIn(repository: string, image: string): Promise<void> {
  const files = { 'caicloud.yml': `pre_build:\n  image: ${image}\n  commands:\n    - ls -l /noise\n` };
  const sha = await gitPush(world.github, { repository, files });
  expect(conclusions(await world.concluded(repository, sha))).toMatchObject({ cyclone: 'success' });
}

const isThere = (image: string): Promise<boolean> =>
  docker()
    .getImage(image)
    .inspect()
    .then(
      () => true,
      () => false,
    );

async function removed(image: string): Promise<void> {
  const line = await lineSaid(world, 'unused images removed', image);
  expect(line).toMatch(/"bytes":\d{7}\b.*"why":"they took more than CYCLONE_IMAGES_SIZE"/);
}

test('images that stages pulled go when they are too many, the longest unused first, and after a kill -9 too', async () => {
  const [first, second, theirs] = await Promise.all(
    ['first', 'second', 'theirs'].map((what) => publishedImage(world.registry, `acme/${what}`, 2)),
  );
  for await (const _ of await docker().pull(theirs!));
  await runIn('acme/theirs', theirs!);
  await runIn('acme/first', first!);
  await runIn('acme/second', second!);
  await removed(first!);
  expect(await Promise.all([first!, second!, theirs!].map(isThere))).toEqual([false, true, true]);

  await world.server().kill();
  await world.start({ CYCLONE_IMAGES_SIZE: '1Ki' });
  await removed(second!);
  expect(await Promise.all([second!, theirs!].map(isThere))).toEqual([false, true]);
  // What is gone is pulled again, and stays while its run has it.
  await runIn('acme/first', first!);
  await removed(first!);
  await docker().getImage(theirs!).remove();
}, 120_000);
