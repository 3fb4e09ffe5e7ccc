import { type ImageNotes, readImageNotes, writeImageNotes } from './image-notes.js';
import type { Brought, ImageHold, ImageLedger, StoredImage } from './ports.js';
import type { Logger } from './worker-deps.js';

/** What a worker knows of images: which came by it, when they were used, and which must stay now. */
export interface OpenImageLedger extends ImageLedger {
  /** A copy, as it would be written now. */
  notes(): ImageNotes;
  /** @param image as for {@link ImageHold.add}; any of them may be held */
  isHeld(image: readonly string[]): boolean;
  /** The engine tells of somebody's pull. */
  seen(name: string, at: number): void;
  /**
   * Before the engine is asked for its images; its answer takes what is there for what an earlier process was pulling
   * when it died, and forgets what is gone, but not what came since it was asked.
   */
  asking(): (images: readonly StoredImage[]) => void;
  /** It came by us, and nobody else has a name of it or pulled it. */
  isOurs(image: StoredImage): boolean;
  removed(image: Pick<StoredImage, 'id' | 'names'>): void;
  /** Whether a pull or a build brought anything since this was asked last. */
  hasGrown(): boolean;
  /** Resolves when what is known now is on disk. */
  save(): Promise<void>;
}

/** The first twelve digits, as the engine shows an image that has no name. */
export function shortId(id: string): string {
  return id.replace(/^sha256:/, '').slice(0, 12);
}

/** @param file of this worker alone */
export async function openImageLedger(
  file: string,
  { now, logger }: { readonly now: () => number; readonly logger: Pick<Logger, 'warn'> },
): Promise<OpenImageLedger> {
  const old = await readImageNotes(file);
  const interrupted = new Map(Object.entries(old.pulling));
  const pulling = new Map<string, boolean>();
  const pulled = new Map(Object.entries(old.pulled));
  const built = new Map(Object.entries(old.built));
  const strange = new Map(Object.entries(old.strange));
  const held = new Map<string, number>();
  // The first time there is nothing of ours that others could have pulled.
  let seenAt = old.seenAt || now();
  let hasGrown = true;
  let written: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;

  const notes = (): ImageNotes => ({
    pulling: Object.fromEntries([...interrupted, ...pulling]),
    pulled: Object.fromEntries(pulled),
    built: Object.fromEntries(built),
    strange: Object.fromEntries(strange),
    seenAt,
  });
  /** Those who ask while one is being written share the next one. */
  const save = (): Promise<void> => {
    next ??= written.then(() => {
      next = undefined;
      // What is not written may stay for ever: no reason to fail a run.
      written = writeImageNotes(file, notes()).catch((err: unknown) => {
        logger.warn({ err }, 'images of this worker not written down');
      });
      return written;
    });
    return next;
  };
  const count = (name: string, more: 1 | -1): void => {
    strange.set(name, (strange.get(name) ?? 0) + more);
  };
  const touch = (image: string): void => {
    const id = [...pulled.keys()].find((one) => one === image || shortId(one) === image);
    const known = id === undefined ? undefined : pulled.get(id);
    if (id !== undefined && known !== undefined) pulled.set(id, { ...known, usedAt: now() });
    else if (/^[0-9a-f]{12}$/.test(image)) {
      built.set(image, now());
      hasGrown = true;
    }
  };
  const bring = ({ id, names }: Pick<Brought, 'id' | 'names'>): void => {
    const known = pulled.get(id)?.names ?? [];
    pulled.set(id, { names: [...new Set([...known, ...names])], usedAt: now() });
    hasGrown = true;
  };

  // Whether their pulls came to an end nobody knows: one that the engine tells of would be ours.
  for (const name of interrupted.keys()) count(name, -1);

  return {
    notes,
    save,
    async pulling(name, isThere) {
      // Whoever pulled what is gone by now has it no more.
      if (!isThere) strange.delete(name);
      pulling.set(name, isThere);
      await save();
    },
    async pulled(name, came) {
      pulling.delete(name);
      if (came !== 'failed') count(name, -1);
      if (typeof came === 'object' && (came.isNew || pulled.has(came.id))) bring(came);
      await save();
    },
    hold(): ImageHold {
      const own = new Set<string>();
      let isReleased = false;
      return {
        add(image) {
          touch(image);
          // A pull may come to its end when its job is over.
          if (isReleased || own.has(image)) return;
          own.add(image);
          held.set(image, (held.get(image) ?? 0) + 1);
        },
        release() {
          isReleased = true;
          for (const image of own) {
            const others = (held.get(image) ?? 1) - 1;
            if (others === 0) held.delete(image);
            else held.set(image, others);
          }
          own.clear();
        },
      };
    },
    isHeld: (image) => image.some((one) => held.has(one) || pulling.has(one)),
    seen(name, at) {
      if (at <= seenAt) return;
      seenAt = at;
      count(name, 1);
    },
    asking() {
      const askedAt = now();
      return (images) => {
        for (const [name, wasThere] of interrupted) {
          const image = wasThere ? undefined : images.find(({ names }) => names.includes(name));
          const repository = name.replace(/[:@][^/]*$/, '');
          const names = image?.names.filter((one) => one === name || one.startsWith(`${repository}@`));
          if (image !== undefined && !pulled.has(image.id)) bring({ id: image.id, names: names ?? [] });
        }
        interrupted.clear();
        const ids = new Set(images.map(({ id }) => id));
        for (const [id, { usedAt }] of pulled) if (!ids.has(id) && usedAt < askedAt) pulled.delete(id);
        const heads = new Set(images.flatMap(({ marks }) => marks ?? []));
        for (const [head, usedAt] of built)
          if (!heads.has(head) && !held.has(head) && usedAt < askedAt) built.delete(head);
        const names = new Set([...pulling.keys(), ...[...pulled.values()].flatMap((image) => image.names)]);
        for (const name of strange.keys()) if (!names.has(name)) strange.delete(name);
      };
    },
    isOurs({ id, names }) {
      const known = pulled.get(id);
      return (
        known !== undefined &&
        names.every((name) => known.names.includes(name)) &&
        known.names.every((name) => (strange.get(name) ?? 0) <= 0)
      );
    },
    removed({ id, names }) {
      pulled.delete(id);
      for (const name of names) strange.delete(name);
    },
    hasGrown() {
      const has = hasGrown;
      hasGrown = false;
      return has;
    },
  };
}
