import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type OpenImageLedger, openImageLedger } from '../../src/worker/image-ledger.js';
import { shownName } from '../../src/worker/image-reference.js';
import type { StoredImage } from '../../src/worker/ports.js';

const ID = `sha256:${'ab'.repeat(32)}`;
const NAME = 'team/app:1';
const brought = { id: ID, isNew: true, names: [NAME] };

let directory: string;
let file: string;
let now: number;
let warnings: string[];

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'cyclone-ledger-'));
  file = path.join(directory, 'images.json');
  now = 1000;
  warnings = [];
});
afterEach(() => rm(directory, { recursive: true }));

function open(): Promise<OpenImageLedger> {
  const logger = { warn: (_: unknown, message: string) => void warnings.push(message) };
  return openImageLedger(file, { now: () => now, logger });
}

function stored(names: readonly string[], id = ID): StoredImage {
  return { id, names, createdAt: 0, bytes: 1, inUse: false };
}

async function pull(ledger: OpenImageLedger): Promise<void> {
  await ledger.pulling(NAME, false);
  await ledger.pulled(NAME, brought);
}

describe('an image that came by us', () => {
  test('is ours, and after a death too', async () => {
    await pull(await open());
    const ledger = await open();
    expect(ledger.isOurs(stored([NAME]))).toBe(true);
    expect(ledger.isOurs(stored([], 'sha256:other'))).toBe(false);
  });

  test('is not when the engine had it, or was up to date, or nothing came', async () => {
    const ledger = await open();
    for (const came of [{ ...brought, isNew: false }, 'same', 'failed'] as const) {
      await ledger.pulling(NAME, false);
      await ledger.pulled(NAME, came);
    }
    expect(ledger.isOurs(stored([NAME]))).toBe(false);
  });

  test('is somebody else’s as well by another name, or by a pull of theirs, which a restart hears of', async () => {
    const ledger = await open();
    await pull(ledger);
    ledger.seen(NAME, 1001);
    expect(ledger.isOurs(stored([NAME, 'mine:1']))).toBe(false);
    expect(ledger.isOurs(stored([NAME]))).toBe(true);
    ledger.seen(NAME, 1002);
    expect(ledger.isOurs(stored([NAME]))).toBe(false);
    await ledger.save();
    const again = await open();
    // The engine tells the same once more: what was heard is not counted twice.
    again.seen(NAME, 1002);
    expect(again.notes().strange).toEqual({ [NAME]: 1 });
    expect(again.isOurs(stored([NAME]))).toBe(false);
  });

  test('that an earlier process was pulling, is there now: ours, but not by a name that was taken', async () => {
    const ledger = await open();
    await ledger.pulling(NAME, false);
    await ledger.pulling('taken:1', true);
    const again = await open();
    const other = 'sha256:other';
    again.asking()([stored([NAME, 'team/app@sha256:d']), stored(['taken:1'], other)]);
    expect(again.isOurs(stored([NAME, 'team/app@sha256:d']))).toBe(true);
    expect(again.isOurs(stored(['taken:1'], other))).toBe(false);
    expect(again.notes().pulling).toEqual({});
  });

  test('is ours again when what somebody pulled was gone before we pulled it anew', async () => {
    const ledger = await open();
    await pull(ledger);
    for (const at of [1001, 1002]) ledger.seen(NAME, at);
    expect(ledger.isOurs(stored([NAME]))).toBe(false);
    await pull(ledger);
    ledger.seen(NAME, 1003);
    expect(ledger.isOurs(stored([NAME]))).toBe(true);
  });

  test('is forgotten when it is gone, whoever removed it', async () => {
    const ledger = await open();
    await pull(ledger);
    now = 1001;
    ledger.asking()([]);
    expect(ledger.notes()).toMatchObject({ pulled: {}, strange: {} });
  });

  test('is not forgotten when it came while the engine made its list', async () => {
    const ledger = await open();
    now = 1001;
    const settle = ledger.asking();
    await pull(ledger);
    ledger.hold().add('abcdef012345');
    settle([]);
    expect(ledger.isOurs(stored([NAME]))).toBe(true);
    expect(ledger.notes().built).toEqual({ abcdef012345: 1001 });
  });
});

describe('what is held', () => {
  test('is held by any of its names until the last lets go, and used', async () => {
    const ledger = await open();
    await pull(ledger);
    const [one, two] = [ledger.hold(), ledger.hold()];
    one.add(NAME);
    two.add(NAME);
    now = 2000;
    two.add(ID);
    expect(ledger.notes().pulled[ID]?.usedAt).toBe(2000);
    one.release();
    one.release();
    expect(ledger.isHeld(['x', NAME])).toBe(true);
    two.release();
    expect(ledger.isHeld([NAME, ID])).toBe(false);
    // A pull that ends after its job.
    two.add(ID);
    expect(ledger.isHeld([ID])).toBe(false);
  });

  test('is a pull on its way', async () => {
    const ledger = await open();
    await ledger.pulling(NAME, true);
    expect(ledger.isHeld([NAME])).toBe(true);
    await ledger.pulled(NAME, 'same');
    expect(ledger.isHeld([NAME])).toBe(false);
  });
});

test('a file that is no notes is none, and one that cannot be written stops no pull', async () => {
  await writeFile(file, '{"pulled": {"a": 1}, "pulling": ');
  const ledger = await open();
  expect(ledger.notes().pulled).toEqual({});
  await pull(ledger);
  expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ pulled: { [ID]: { names: [NAME] } } });
  file = path.join(directory, 'none', 'images.json');
  const nowhere = await open();
  await pull(nowhere);
  expect(nowhere.isOurs(stored([NAME]))).toBe(true);
  expect(warnings).toEqual([
    'images of this worker not written down',
    'images of this worker not written down',
  ]);
});

test('whoever asks whether something came hears of it once', async () => {
  const ledger = await open();
  expect(ledger.hasGrown()).toBe(true);
  expect(ledger.hasGrown()).toBe(false);
  ledger.hold().add(NAME);
  expect(ledger.hasGrown()).toBe(false);
  await pull(ledger);
  expect(ledger.hasGrown()).toBe(true);
});

test.each([
  ['alpine', 'alpine:latest'],
  ['docker.io/library/alpine:3', 'alpine:3'],
  ['registry.example:5000/team/app', 'registry.example:5000/team/app:latest'],
  [`team/app:1@sha256:${'0'.repeat(64)}`, `team/app@sha256:${'0'.repeat(64)}`],
])('%s is shown as %s', (reference, name) => {
  expect(shownName(reference)).toBe(name);
});
