import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { diskArchive } from '../../src/adapters/archive/disk.js';
import { createLogNotes } from '../../src/composition/log-notes.js';
import { createLive } from '../../src/logs/live.js';
import type { LogArchive } from '../../src/logs/ports.js';

let directory: string;
let archive: LogArchive;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'cyclone-notes-'));
  archive = diskArchive(directory);
});
afterEach(() => rm(directory, { recursive: true }));

const write = (fence: number, text: string) =>
  archive.append({ key: { run: 1, stage: 'build', fence }, offset: 0, bytes: Buffer.from(text) });

async function log(): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of archive.read({ run: 1, stage: 'build' }, 0, 1000)) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

const note = () =>
  createLogNotes({ archive, live: createLive(), now: () => 42 }).note(
    1,
    'build',
    2,
    '— run again by alice —',
  );

test.each([
  ['a line', 'first\n'],
  ['half a line', 'first'],
])('a note stands on a line of its own behind %s, before what comes next', async (_, text) => {
  await write(1, text);
  await note();
  await write(3, 'second\n');
  expect(await log()).toBe('first\n— run again by alice —\nsecond\n');
});

test('a note is ours, and has its time', async () => {
  await write(1, 'first\n');
  await note();
  const stamps = await archive.stamps({ run: 1, stage: 'build' }, 6, 7);
  expect(stamps).toEqual([{ offset: 6, at: 42, stream: 'cyclone' }]);
});

test('a stage that never printed gets none', async () => {
  await note();
  expect(await log()).toBe('');
});

test('the same note twice is one', async () => {
  await write(1, 'first');
  await note();
  await note();
  expect(await log()).toBe('first\n— run again by alice —\n');
});
