import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { diskArchive } from '../../src/adapters/archive/disk.js';
import type { Reported } from '../../src/adapters/redis/event-entries.js';
import { applyReported, createPutAside } from '../../src/composition/reported.js';
import { createLive } from '../../src/logs/live.js';
import { stageStatuses } from '../pipeline/examples.js';
import { delivery, type Ground, type House, newGround, openHouse, TWO_STAGES } from '../runs/house.js';

let ground: Ground;
let house: House;
let isWritable: boolean;
beforeEach(async () => {
  ground = await newGround({ 'caicloud.yml': TWO_STAGES });
  house = await openHouse(ground);
  isWritable = true;
  await house.intake(delivery());
});
afterEach(async () => {
  await house.close();
  await ground.clear();
});

const putAside = (reported: Reported, error: unknown): Promise<void> =>
  createPutAside({
    ...house,
    fences: ground.stream,
    clock: { now: () => 5000 },
    writable: () => (isWritable ? Promise.resolve() : Promise.reject(new Error('read-only'))),
  })(reported, error);

const logOf = (run: number, fence: number): Reported => ({
  kind: 'log',
  job: 'chain',
  segment: { key: { run, stage: 'pre_build', fence }, offset: 0, bytes: Buffer.from('hello\n') },
});

test('a log that cannot be kept ends its job with the reason, and its owner at its next word', async () => {
  const lease = await house.lease(1, 'chain', 'w');
  const head = { run: 1, job: 'chain', fence: lease?.fence ?? 0, at: 2000 };
  const begun = { ...head, seq: 1, type: 'stage_started', stage: 'pre_build' } as const;
  expect(ground.stream.report(begun)).toBe(true);
  await ground.stream.settled();
  const file = path.join(ground.directory, 'logs');
  await writeFile(file, 'a file where a folder must be');
  const archive = diskArchive(file);
  const to = { archive, live: createLive(), advance: house.advance };
  const log = logOf(1, head.fence);
  const failure = await applyReported([log], to).catch((error: unknown) => error);
  await putAside(log, failure);
  const { progress } = await house.run();
  expect(progress.run).toMatchObject({ status: 'completed' });
  expect(progress.stages[0]?.state).toMatchObject({
    outcome: { kind: 'error', message: 'its log could not be kept: not a directory' },
  });
  const ended = { ...head, seq: 2, type: 'job_ended' } as const;
  expect(ground.stream.report(ended)).toBe(false);
});

test('an older owner cannot end the job of the present one', async () => {
  await house.lease(1, 'chain', 'old');
  await house.lease(1, 'chain', 'new');
  await putAside(logOf(1, 1), new Error('broken'));
  expect(stageStatuses((await house.run()).progress)).toEqual({ pre_build: 'queued', integration: 'queued' });
  const word = {
    run: 1,
    job: 'chain',
    fence: 2,
    seq: 1,
    at: 2000,
    type: 'job_started',
    worker: 'new',
  } as const;
  expect(ground.stream.report(word)).toBe(true);
});

test('while the database takes nothing, nothing is put aside', async () => {
  const lease = await house.lease(1, 'chain', 'w');
  const broken = { ...house.store, load: () => Promise.reject(new Error('cannot be read')) };
  house = { ...house, store: broken };
  isWritable = false;
  await expect(putAside(logOf(1, lease?.fence ?? 0), new Error('full'))).rejects.toThrow('read-only');
  isWritable = true;
  await expect(putAside(logOf(1, lease?.fence ?? 0), new Error('full'))).resolves.toBeUndefined();
});
