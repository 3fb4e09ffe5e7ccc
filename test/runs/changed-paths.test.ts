import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Changes } from '../../src/runs/ports.js';
import { stageStatuses } from '../pipeline/examples.js';
import { delivery, type Ground, type House, newGround, openHouse, TWO_STAGES } from './house.js';

const NO_DOCS = `on: { push: { paths_ignore: ['docs/**'] } }\n${TWO_STAGES}`;
const BY_STAGE = `pre_build: { image: busybox, commands: ["true"] }
integration: { image: busybox, commands: ["true"], when: { path: 'src/**' } }
`;
const BASE = 'a'.repeat(40);
const HEAD = 'b'.repeat(40);

let ground: Ground;
let house: House;
beforeEach(async () => {
  ground = await newGround({ 'caicloud.yml': NO_DOCS });
  house = await openHouse(ground);
});
afterEach(async () => {
  await house.close();
  await ground.clear();
});

const known = (...paths: string[]): Changes => ({ kind: 'known', paths });
const compare = (forced = false): Changes => ({ kind: 'compare', base: BASE, head: HEAD, forced });

async function pushed(changes: Changes | undefined): Promise<Awaited<ReturnType<House['run']>>> {
  await house.intake({ ...delivery(), ...(changes && { changes }) });
  return house.run();
}

const isLeftOut = async (changes: Changes | undefined): Promise<boolean> =>
  (await pushed(changes)).plan.skip !== undefined;

describe('a push that changed', () => {
  test('only what the file ignores is left out, and says so', async () => {
    const { progress } = await pushed(known('docs/index.md', 'docs/a/b.md'));
    expect(progress.run).toMatchObject({
      conclusion: 'skipped',
      reason: 'caicloud.yml ignores changes of docs/**, and nothing else changed',
    });
    expect(ground.history.asked).toEqual([]);
  });

  test('something else runs', async () => {
    expect(await isLeftOut(known('docs/index.md', 'README.md'))).toBe(false);
  });

  test('what is not named by a stage leaves that stage out', async () => {
    ground.files.files.set('caicloud.yml', BY_STAGE);
    const { progress } = await pushed(known('README.md'));
    expect(stageStatuses(progress)).toEqual({ pre_build: 'queued', integration: 'skipped' });
  });

  test('more than its payload says is compared', async () => {
    ground.history.comparisons.set(`${BASE}...${HEAD}`, ['docs/index.md']);
    expect(await isLeftOut(compare())).toBe(true);
    expect(ground.history.asked).toEqual([`${BASE}...${HEAD}`]);
  });

  test('by force also changed what it took away', async () => {
    ground.history.comparisons.set(`${BASE}...${HEAD}`, ['docs/index.md']);
    ground.history.comparisons.set(`${HEAD}...${BASE}`, ['src/main.c']);
    expect(await isLeftOut(compare(true))).toBe(false);
  });

  test('what nobody can tell runs', async () => {
    ground.history.comparisons.set(`${BASE}...${HEAD}`, ['docs/index.md']);
    expect(await isLeftOut(compare(true))).toBe(false);
  });

  test.each([
    ['nothing is known of', undefined],
    ['GitHub lists only in part', compare()],
  ])('what %s runs', async (_, changes) => {
    expect(await isLeftOut(changes)).toBe(false);
  });

  test('what GitHub cannot be asked for runs: a difference that is too large never gets an answer', async () => {
    ground.history.away = true;
    expect(await isLeftOut(compare())).toBe(false);
    expect(house.logger.messages).toContain('changed paths are not known: filters by path hold');
  });
});

test('GitHub is asked only when something of the file depends on the answer', async () => {
  ground.files.files.set('caicloud.yml', TWO_STAGES);
  expect(await isLeftOut(compare())).toBe(false);
  expect(ground.history.asked).toEqual([]);
});
