import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { delivery, type Ground, type House, newGround, openHouse } from './house.js';

let ground: Ground;
let house: House;
beforeEach(async () => {
  ground = await newGround();
  house = await openHouse(ground);
});
afterEach(async () => {
  await house.close();
  await ground.clear();
});

const concluded = async (file: string) => {
  ground.files.files.set('caicloud.yml', file);
  await house.intake(delivery());
  return (await house.run()).progress.run;
};

test('a file whose only section is misspelled is neither green nor red, and says what was meant', async () => {
  expect(await concluded('postbuild:\n  image: busybox\n')).toMatchObject({
    conclusion: 'neutral',
    reason: expect.stringMatching(/^nothing to run: caicloud.yml line 1: .*postbuild/),
  });
});

test('one with a stage that does not run on the event is green', async () => {
  const file = 'stages: { lint: { image: busybox, commands: [x], when: { event: tag } } }\n';
  expect(await concluded(file)).toMatchObject({ conclusion: 'success' });
});
