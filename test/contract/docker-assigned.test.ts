import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { dockerEngine } from '../../src/adapters/docker/engine.js';
import { type Container, LABELS } from '../../src/worker/ports.js';
import { testEngine, text } from './support/engine.js';
import { busyboxImage, docker } from './support/images.js';

jest.setTimeout(60_000);

const bench = testEngine();
const { engine, install, script } = bench;
const JOB = { run: 7, job: 'lint (node=20)', fence: 3 };
const labels = { [LABELS.install]: install, [LABELS.run]: '7', [LABELS.job]: JOB.job };

beforeAll(async () => {
  await busyboxImage();
});
afterAll(() => bench.clean());

/** Made for nobody, as those of a pool are. */
async function forNobody(): Promise<Container> {
  const own = { [LABELS.install]: install, [LABELS.worker]: 'w1', [LABELS.pool]: 'yes' };
  const container = await engine.container(script('sleep 60', { labels: own }));
  await container.start();
  return container;
}

async function isThere({ id }: Container): Promise<boolean> {
  return (await docker().listContainers({ all: true, filters: { id: [id] } })).length > 0;
}

describe('a container that was made for nobody', () => {
  test('is found by the labels of the job that has it, and by no other job’s', async () => {
    const [mine, others, nobodys] = await Promise.all([forNobody(), forNobody(), forNobody()]);
    await mine.assign(JOB);
    await others.assign({ ...JOB, job: 'lint (node=2)' });

    await engine.reap({ ...labels, [LABELS.fence]: '4' }, { images: false });
    await engine.reap({ ...labels, [LABELS.run]: '70' }, { images: false });
    await engine.reap({ ...labels, [LABELS.worker]: 'w2' }, { images: false });
    expect(await Promise.all([mine, others, nobodys].map(isThere))).toEqual([true, true, true]);

    await engine.reap(labels, { images: false });
    expect(await Promise.all([mine, others, nobodys].map(isThere))).toEqual([false, true, true]);
    await engine.reap({ [LABELS.worker]: 'w1' }, { images: false });
    expect(await Promise.all([others, nobodys].map(isThere))).toEqual([false, false]);
  });

  test('is found by its owner’s fence', async () => {
    const mine = await forNobody();
    await mine.assign(JOB);
    await engine.reap({ ...labels, [LABELS.worker]: 'w1', [LABELS.fence]: '3' }, { images: false });
    expect(await isThere(mine)).toBe(false);
    await expect(mine.assign(JOB)).rejects.toMatchObject({ code: 'container' });
  });

  test('goes on as it was when it is assigned', async () => {
    const own = { [LABELS.install]: install, [LABELS.pool]: 'yes' };
    const waiting = await engine.container(script('read line; echo "$line"', { labels: own, stdin: true }));
    await waiting.start();
    await waiting.assign(JOB);
    await waiting.write('go\n');
    expect(await text(waiting.output())).toBe('go\n');
    await waiting.remove();
  });
});

test('a network that was made long ago is walled in again', async () => {
  let ensured = 0;
  const firewall = { ensure: () => Promise.resolve([`seen to ${String((ensured += 1))} times`]) };
  const walled = dockerEngine({ install, firewall });
  const made = await walled.network(`${install}-old`, { [LABELS.install]: install });
  const renewed = await made.renewed();
  expect([made.open, renewed.open]).toEqual([['seen to 1 times'], ['seen to 2 times']]);
  expect([renewed.id, renewed.name]).toEqual([made.id, made.name]);
  await renewed.remove();
});
