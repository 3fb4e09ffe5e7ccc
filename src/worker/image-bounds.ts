import { LEAST_FREE } from './create-kept.js';
import { bytesTaken, chooseImages, type Removable, type Room } from './image-choice.js';
import { type OpenImageLedger, shortId } from './image-ledger.js';
import type { ImageStore, StoredImage, StoredParts } from './ports.js';
import type { Logger } from './worker-deps.js';

/** Where the disk is short, up to this part of it is made free: else each image that comes would send another away. */
const ENOUGH_FREE = LEAST_FREE + 0.02;

export interface ImageBoundsDeps {
  readonly store: ImageStore;
  readonly ledger: OpenImageLedger;
  /** bytes that images which came by us, and layers that builds made, may take */
  readonly limit: number;
  /** The disk on which the engine keeps them. */
  readonly disk: () => Promise<{ readonly free: number; readonly size: number }>;
  /** Ids of images that what is kept for re-runs needs. */
  readonly needed: () => Promise<readonly string[]>;
  readonly logger: Logger;
}

/** Keeps what accumulates in the engine below its limit. Nobody waits for it. */
export interface ImageBounds {
  /** Looks now; while it is at it, once more after that. Never rejects. */
  look(): Promise<void>;
  /** A job is over: looks when something came. */
  jobEnded(): void;
  /** Resolves when nothing is being removed, and what is known is on disk. Nothing is removed after it. */
  close(): Promise<void>;
}

/** What goes as a whole, and what it is in the engine. */
interface Unit extends Removable {
  readonly images: readonly StoredImage[];
  /** Whatever it may be held by. */
  readonly handles: readonly string[];
}

/** What of ours is there, and the layers of images that are not. */
interface Survey {
  readonly units: readonly Unit[];
  readonly foreign: ReadonlySet<string>;
}

export function createImageBounds(deps: ImageBoundsDeps): ImageBounds {
  const { store, ledger, logger, limit } = deps;
  const over = new AbortController();
  let looking: Promise<void> | undefined;
  let again = false;
  let isWatching = false;

  /** Pulls of others, from before the first image is judged. */
  const watch = async (): Promise<void> => {
    if (isWatching) return;
    const { lost } = await store.watchPulls(
      ledger.notes().seenAt,
      (name, at) => ledger.seen(name, at),
      over.signal,
    );
    isWatching = true;
    void lost.finally(() => {
      isWatching = false;
    });
  };

  /** One after the other: each may have come to be used since it was chosen. @returns what stayed */
  const removeAll = async (survey: Survey, room: Room): Promise<readonly Unit[]> => {
    const choice = chooseImages(survey.units, survey.foreign, room);
    const chosen = survey.units.filter((unit) => choice.remove.includes(unit));
    const gone: Unit[] = [];
    for (const unit of chosen) {
      if (!over.signal.aborted && (await removeUnit(deps, unit))) gone.push(unit);
    }
    if (gone.length > 0) {
      const left = survey.units.filter((unit) => !gone.includes(unit));
      const leftBytes = bytesTaken(left, survey.foreign);
      const why =
        choice.why === 'disk' ? 'the disk is nearly full' : 'they took more than CYCLONE_IMAGES_SIZE';
      logger.info(
        { ...namesOf(gone), bytes: choice.taken - leftBytes, left: leftBytes, limit, why },
        'unused images removed',
      );
    }
    return chosen.filter((unit) => !gone.includes(unit));
  };

  const lookOnce = async (): Promise<void> => {
    await watch();
    const stayed = new Set<string>();
    for (let isShort = true; isShort && !over.signal.aborted; ) {
      const settle = ledger.asking();
      const [images, wanted, needed] = await Promise.all([store.list(), wantedBytes(deps), deps.needed()]);
      settle(images);
      const mine = images.filter((image) => keyOf(deps, image) !== undefined);
      // The layers of each image are two questions: not where even all of them, counted for each, are within the limit.
      const most = mine.reduce((bytes, image) => bytes + image.bytes, 0);
      if (most <= limit && wanted === 0) break;
      const found = await survey(deps, images, new Set([...needed, ...stayed]));
      const refused = await removeAll(found, { limit, wanted });
      // What did not go is in use after all: something else must.
      isShort = refused.length > 0;
      for (const { key } of refused) stayed.add(key);
    }
    await ledger.save();
  };

  const lookAll = async (): Promise<void> => {
    while (again && !over.signal.aborted) {
      again = false;
      await lookOnce().catch((err: unknown) => {
        if (!over.signal.aborted) logger.warn({ err }, 'images not looked after');
      });
    }
  };

  const look = (): Promise<void> => {
    if (over.signal.aborted) return looking ?? Promise.resolve();
    again = true;
    looking ??= lookAll().finally(() => {
      looking = undefined;
      // Asked for between the last look and here. After the end it would ask itself for ever.
      if (again && !over.signal.aborted) void look();
    });
    return looking;
  };

  return {
    look,
    jobEnded() {
      if (ledger.hasGrown()) void look();
    },
    async close() {
      over.abort();
      await looking;
      await ledger.save();
    },
  };
}

async function wantedBytes({ disk }: ImageBoundsDeps): Promise<number> {
  const { free, size } = await disk();
  return free < size * LEAST_FREE ? Math.ceil(size * ENOUGH_FREE - free) : 0;
}

/** Undefined: not ours to remove. */
function keyOf({ ledger }: ImageBoundsDeps, image: StoredImage): string | undefined {
  return image.marks ?? (ledger.isOurs(image) ? image.id : undefined);
}

async function survey(
  deps: ImageBoundsDeps,
  images: readonly StoredImage[],
  stays: ReadonlySet<string>,
): Promise<Survey> {
  const { store, ledger } = deps;
  const groups = new Map<string, StoredParts & { readonly images: StoredImage[] }>();
  const foreign = new Set<string>();
  for (const image of images) {
    const key = keyOf(deps, image);
    if (key === undefined) {
      for (const id of await store.layerIds(image)) foreign.add(id);
      continue;
    }
    const parts = await store.parts(image);
    // Marks of one image, one for each day of use, have the same layers.
    if (parts !== undefined)
      groups.set(key, { images: [...(groups.get(key)?.images ?? []), image], ...parts });
  }
  const { pulled, built } = ledger.notes();
  const units = [...groups].map(([key, { images: members, layers, steps }]): Unit => {
    const handles = [key, shortId(key), ...steps, ...members.flatMap(({ names }) => names)];
    const usedAt =
      pulled[key]?.usedAt ?? Math.max(built[key] ?? 0, ...members.map(({ createdAt }) => createdAt));
    const held = stays.has(key) || members.some(({ inUse }) => inUse) || ledger.isHeld(handles);
    return { key, images: members, handles, layers, usedAt, held };
  });
  return { units, foreign };
}

/** @returns whether all of it is gone. Not when somebody has come to use it since it was chosen. */
async function removeUnit(deps: ImageBoundsDeps, { images, handles }: Unit): Promise<boolean> {
  const { store, ledger } = deps;
  for (const image of images) {
    if (ledger.isHeld(handles) || keyOf(deps, image) === undefined) return false;
    // The note goes after the image: what it says of an image that is not there, nobody believes.
    if (!(await store.remove(image))) return false;
    ledger.removed(image);
  }
  return true;
}

/** Images by a name of theirs, builds' layers by the image that they ended in. */
function namesOf(units: readonly Unit[]): {
  readonly images: readonly string[];
  readonly layers: readonly string[];
} {
  const isOfBuild = ({ images }: Unit): boolean => images.some(({ marks }) => marks !== undefined);
  return {
    images: units
      .filter((unit) => !isOfBuild(unit))
      .map(({ key, images }) => images[0]?.names[0] ?? shortId(key)),
    layers: units.filter(isOfBuild).map(({ key }) => key),
  };
}
