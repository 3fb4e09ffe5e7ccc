import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { createLetGo, lettingGo } from '../../src/composition/dead-buffers.js';
import type { RunObserver } from '../../src/worker/ports.js';

const MIB = 1024 * 1024;

test('young objects are collected once for every MiB that were let go', () => {
  let collections = 0;
  const letGo = createLetGo(() => {
    collections += 1;
  });
  const after = [MIB / 2, MIB / 4, MIB / 4, MIB / 2, 5 * MIB, 0].map((bytes) => {
    letGo(bytes);
    return collections;
  });
  expect(after).toEqual([0, 0, 1, 1, 2, 2]);
});

test('dead buffers are gone after that', async () => {
  const buffersNow = (): number => process.memoryUsage().arrayBuffers / MIB;
  const before = buffersNow();
  // V8 may collect by itself in between.
  while (buffersNow() - before <= 8) Buffer.allocUnsafeSlow(MIB / 16);

  createLetGo()(16 * MIB);
  // Another thread gives the memory back.
  for (let look = 0; look < 20 && buffersNow() - before > 4; look += 1) await sleep(5);
  expect(buffersNow() - before).toBeLessThan(4);
});

test('a piece of a log is let go when Redis has it, and not before', async () => {
  const nothing = async (): Promise<void> => undefined;
  let sent: () => void = () => undefined;
  const isSent = new Promise<void>((resolve) => {
    sent = resolve;
  });
  const observer: RunObserver = {
    jobStarted: nothing,
    stageStarted: nothing,
    log: () => isSent,
    stageEnded: nothing,
    jobReturned: nothing,
    jobEnded: nothing,
  };
  const dead: number[] = [];
  const logged = lettingGo(observer, (bytes) => dead.push(bytes)).log('integration', {
    bytes: Buffer.from('said'),
    stamps: [],
  });
  expect(dead).toEqual([]);
  sent();
  await logged;
  expect(dead).toEqual([4]);
});
