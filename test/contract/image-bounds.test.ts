import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { DockerEngine } from '../../src/adapters/docker/engine.js';
import { dockerEngine } from '../../src/adapters/docker/engine.js';
import { createImageBounds } from '../../src/worker/image-bounds.js';
import { type OpenImageLedger, openImageLedger } from '../../src/worker/image-ledger.js';
import { shownName } from '../../src/worker/image-reference.js';
import type { ImageStore } from '../../src/worker/ports.js';
import { buildOf } from './support/build.js';
import { testEngine } from './support/engine.js';
import { busyboxImage, docker } from './support/images.js';
import { lateLists } from './support/late-lists.js';
import { publishedImage } from './support/published.js';
import { type Registry, startRegistry } from './support/registry.js';

jest.setTimeout(60_000);

const bench = testEngine();
const never = new AbortController().signal;
const quiet = (): void => {};
const MEBIBYTE = 1024 ** 2;

let registry: Registry;
let directory: string;
const made: string[] = [];

beforeAll(async () => {
  await busyboxImage();
  [registry, directory] = await Promise.all([
    startRegistry(),
    mkdtemp(path.join(tmpdir(), 'cyclone-images-')),
  ]);
});
afterAll(async () => {
  for (const name of made) await docker().getImage(name).remove({ force: true }).catch(quiet);
  // Those whose tag has moved on have a digest alone.
  for (const { Id, RepoDigests } of await docker().listImages()) {
    if (RepoDigests?.some((name) => name.startsWith(registry.host)) === true)
      await docker().getImage(Id).remove({ force: true });
  }
  await Promise.all([registry.stop(), rm(directory, { recursive: true, force: true })]);
  await bench.clean();
});

/** @returns its name */
async function published(what: string, mebibytes: number): Promise<string> {
  const name = await publishedImage(registry, `bounds/${what}`, mebibytes);
  made.push(name);
  return name;
}

interface Worker {
  readonly engine: DockerEngine;
  readonly ledger: OpenImageLedger;
  readonly lines: readonly Readonly<Record<string, unknown>>[];
  pull(name: string, always?: boolean): Promise<string>;
  look(over?: {
    limit?: number;
    store?: Partial<ImageStore>;
    needed?: readonly string[];
    free?: number;
  }): Promise<void>;
}

/** A worker that begins, or begins again on what it knew. */
async function open(file: string, dockerHost?: string): Promise<Worker> {
  const lines: Readonly<Record<string, unknown>>[] = [];
  const write = (fields: Readonly<Record<string, unknown>>): void => void lines.push(fields);
  const logger = { info: write, warn: write, error: write };
  // Each thing later than the one before.
  const ledger = await openImageLedger(path.join(directory, file), { now: tick, logger });
  const engine = dockerEngine({
    install: bench.install,
    firewall: undefined,
    ledger,
    ...(dockerHost !== undefined && { dockerHost }),
  });
  return {
    engine,
    ledger,
    lines,
    async pull(name, always = false) {
      const { id } = await engine.pull(name, { always, signal: never, log: quiet });
      return id;
    },
    async look({ limit = 0, store = {}, needed = [], free = 1 } = {}) {
      const bounds = createImageBounds({
        store: { ...engine.stored, ...store },
        ledger,
        limit,
        disk: async () => ({ free, size: 1 }),
        needed: async () => needed,
        logger,
      });
      await bounds.look();
      await bounds.close();
    },
  };
}

let last = 0;
function tick(): number {
  last = Math.max(last + 1, Date.now());
  return last;
}

const isThere = async (name: string): Promise<boolean> => (await bench.engine.image(name)) !== undefined;

test('of images that came by us the least recently used go, and no other', async () => {
  const [old, fresh, held, running, kept, theirs, tagged] = await Promise.all(
    ['old', 'fresh', 'held', 'running', 'kept', 'theirs', 'tagged'].map((what) => published(what, 2)),
  );
  await docker().pull(theirs!).then(drain);
  const worker = await open('usual.json');
  const ids = new Map<string, string>();
  for (const name of [held, running, kept, old, fresh, theirs, tagged])
    ids.set(name!, await worker.pull(name!));
  await docker()
    .getImage(tagged!)
    .tag({ repo: `${bench.install}/mine`, tag: '1' });
  made.push(`${bench.install}/mine:1`);
  const container = await docker().createContainer({ Image: running!, Labels: bench.labels });
  const hold = worker.ledger.hold();
  hold.add(shownName(held!));

  await worker.look({ limit: 9.5 * MEBIBYTE, needed: [ids.get(kept!)!] });
  expect(
    await Promise.all([old, fresh, held, running, kept, theirs, tagged].map((name) => isThere(name!))),
  ).toEqual([false, true, true, true, true, true, true]);
  expect(worker.lines).toEqual([
    expect.objectContaining({
      images: [old],
      layers: [],
      limit: 9.5 * MEBIBYTE,
      why: expect.stringContaining('SIZE'),
    }),
  ]);
  expect(worker.lines[0]).toMatchObject({ bytes: expect.closeTo(2 * MEBIBYTE, -5) });

  // With no room at all, what is held stays, and what is not goes.
  await worker.look({ needed: [ids.get(kept!)!] });
  expect(await Promise.all([fresh, held, running].map((name) => isThere(name!)))).toEqual([
    false,
    true,
    true,
  ]);
  await container.remove();
  hold.release();
  await worker.look();
  expect(await Promise.all([held, running, kept, theirs, tagged].map((name) => isThere(name!)))).toEqual([
    false,
    false,
    false,
    true,
    true,
  ]);
});

test('an image that somebody else pulled since, stays, also after a restart', async () => {
  const [name, other, marker] = await Promise.all(
    ['wanted', 'unwanted', 'marker'].map((what) => published(what, 1)),
  );
  const worker = await open('wanted.json');
  await worker.look();
  await worker.pull(name!);
  await worker.pull(other!);
  await worker.look({ limit: 100 * MEBIBYTE });
  await docker().pull(name!).then(drain);
  await docker().pull(marker!).then(drain);
  const again = await open('wanted.json');
  await again.look({ store: settled(again.engine.stored, marker!) });
  expect(await Promise.all([name!, other!].map(isThere))).toEqual([true, false]);
});

test('an image is ours also where its pull is quicker than the list of what was there', async () => {
  const [name, base] = await Promise.all(['quick', 'quick-base'].map((what) => published(what, 1)));
  for (const [file, bring] of [
    ['quick-pull.json', (slow: Worker) => slow.pull(name!)],
    ['quick-build.json', (slow: Worker) => slow.engine.build(onto(base!), never, quiet)],
  ] as const) {
    const late = await lateLists();
    const slow = await open(file, late.host);
    await bring(slow);
    await late.stop();
    expect(Object.values(slow.ledger.notes().pulled)).toHaveLength(1);
  }
});

test('a name that somebody had stays theirs, and what came under it goes when the name has moved on', async () => {
  const name = await published('moving', 1);
  await docker().pull(name).then(drain);
  const theirs = (await bench.engine.image(name))!.id;
  const keepName = { repo: `${bench.install}/theirs`, tag: '1' };
  await docker().getImage(theirs).tag(keepName);
  made.push(`${keepName.repo}:1`);
  const move = async (): Promise<void> => {
    // Publishing takes the name away here: it is theirs again, as it was.
    await published('moving', 1);
    await docker()
      .getImage(before)
      .tag({ repo: name.replace(/:1$/, ''), tag: '1' });
  };
  let before = theirs;
  await move();
  const worker = await open('moving.json');
  const second = await worker.pull(name, true);
  await worker.look();
  expect((await bench.engine.image(name))?.id).toBe(second);
  before = second;
  await move();
  const third = await worker.pull(name, true);
  await worker.look();
  expect((await bench.engine.image(name))?.id).toBe(third);
  expect(await isThere(second)).toBe(false);
  expect(await isThere(theirs)).toBe(true);
});

test('layers that builds made go by their last use, and what a run made of them stays', async () => {
  const base = await published('base', 1);
  const worker = await open('builds.json');
  const build = async (what: string): Promise<string> => {
    const dockerfile = `FROM ${base}\nCOPY noise /noise\nRUN echo ${what} > /made\n`;
    const files = { noise: `${what} `.repeat(200_000) };
    const tag = `${bench.install}/${what}:1`;
    const { id } = await worker.engine.build(
      buildOf({ tag, labels: bench.labels, dockerfile, files }),
      never,
      quiet,
    );
    return id;
  };
  const old = await build('older');
  const kept = await build('kept');
  await build('newer');
  // Its run is over, and so are the others but one.
  for (const name of ['older', 'newer']) await worker.engine.removeImage(`${bench.install}/${name}:1`);
  const marks = async (): Promise<number> =>
    (await worker.engine.stored.list()).filter((image) => image.marks !== undefined).length;
  expect(await marks()).toBe(3);

  await worker.look({ limit: 2 * MEBIBYTE });
  expect(await marks()).toBe(2);
  expect(worker.lines).toEqual([
    expect.objectContaining({ images: [], layers: [expect.stringMatching(/^[0-9a-f]{12}$/)] }),
  ]);
  expect(await isThere(old)).toBe(false);

  await worker.look();
  expect(await isThere(kept)).toBe(true);
  expect(await marks()).toBe(1);
  expect(await isThere(base)).toBe(true);
  await worker.engine.removeImage(`${bench.install}/kept:1`);
  await worker.look();
  expect([await marks(), await isThere(base)]).toEqual([0, false]);
});

test('what died between a removal and its note, or between a pull and its note, goes on', async () => {
  const [gone, coming] = await Promise.all([published('gone', 1), published('coming', 1)]);
  const worker = await open('killed.json');
  await worker.pull(gone);
  // As after a kill -9: the image goes, the file knows nothing of it.
  await docker().getImage(gone).remove();
  await worker.ledger.pulling(coming, false);
  await docker().pull(coming).then(drain);

  const again = await open('killed.json');
  expect(Object.keys(again.ledger.notes().pulled)).toHaveLength(1);
  await again.look({ limit: 100 * MEBIBYTE });
  expect(Object.values(again.ledger.notes().pulled)).toEqual([
    expect.objectContaining({ names: expect.arrayContaining([coming]) }),
  ]);
  await again.look();
  expect(await isThere(coming)).toBe(false);
});

test('a disk that is nearly full wants images back before they are too many', async () => {
  const name = await published('early', 1);
  const worker = await open('disk.json');
  await worker.pull(name);
  await worker.look({ limit: 100 * MEBIBYTE, free: 0.11 });
  expect(await isThere(name)).toBe(true);
  await worker.look({ limit: 100 * MEBIBYTE, free: 0.09 });
  expect(await isThere(name)).toBe(false);
  expect(worker.lines).toEqual([
    expect.objectContaining({ images: [name], why: expect.stringContaining('disk') }),
  ]);
});

test('layers have the sizes that the engine counts for their image', async () => {
  const worker = await open('sizes.json');
  const images = await worker.engine.stored.list();
  for (const image of images.slice(0, 40)) {
    const parts = await worker.engine.stored.parts(image);
    const sum = parts?.layers.reduce((bytes, layer) => bytes + layer.bytes, 0);
    if (parts !== undefined) expect(sum).toBe(image.bytes);
  }
});

function onto(base: string): ReturnType<typeof buildOf> {
  const tag = `${bench.install}/onto:1`;
  return buildOf({ tag, labels: bench.labels, dockerfile: `FROM ${base}\n`, files: {} });
}

async function drain(stream: NodeJS.ReadableStream): Promise<void> {
  for await (const _ of stream);
}

/** What the engine tells of the past comes with the first bytes: looked at no sooner. */
function settled(store: ImageStore, name: string): Partial<ImageStore> {
  return {
    async watchPulls(since, pulled, signal) {
      let told = quiet;
      const heard = new Promise<void>((resolve) => {
        told = resolve;
      });
      const watch = await store.watchPulls(
        since,
        (one, at) => {
          pulled(one, at);
          if (one === name) told();
        },
        signal,
      );
      await heard;
      return watch;
    },
  };
}
