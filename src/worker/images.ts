import type { RegistryAuth } from '../pipeline/model.js';
import { shownName } from './image-reference.js';
import type { Engine, ImageHold, ImageInfo } from './ports.js';

export interface WantedImage {
  readonly reference: string;
  readonly always: boolean;
  readonly auth?: RegistryAuth;
}

/** The images of a job, each asked for once, all at the same time. */
export interface Images {
  /** Resolves when it is local. `listen` hears what the registry says from now on. */
  get(reference: string, listen?: (line: string) => void): Promise<ImageInfo>;
  /** Forgets a pull that failed: the next who asks for the image starts another. */
  forgetFailed(reference: string): void;
}

interface Pull {
  readonly wanted: WantedImage;
  failed: boolean;
  readonly image: Promise<ImageInfo>;
  readonly listeners: Set<(line: string) => void>;
}

export interface PullOptions {
  readonly signal: AbortSignal;
  /** Keeps what a job uses from being removed, from before it is asked for. */
  readonly hold?: Pick<ImageHold, 'add'> | undefined;
  /** Wraps each pull, named by its reference, to know how long it takes. */
  readonly timed: <T>(reference: string, pull: Promise<T>) => Promise<T>;
}

/** Starts all pulls now; the first failure is told to whoever asks for that image. */
export function pullTogether(
  engine: Engine,
  wanted: readonly WantedImage[],
  { signal, hold, timed }: PullOptions,
): Images {
  const pulls = new Map<string, Pull>();
  const forgotten = new Map<string, WantedImage>();
  const start = (image: WantedImage): Pull => {
    const { reference, always, auth } = image;
    const listeners = new Set<(line: string) => void>();
    const log = (line: string): void => {
      for (const listen of listeners) listen(line);
    };
    hold?.add(shownName(reference));
    const pulled = timed(reference, engine.pull(reference, { always, ...(auth && { auth }), signal, log }));
    const pull: Pull = { wanted: image, failed: false, image: pulled, listeners };
    pulled.then(
      ({ id }) => hold?.add(id),
      // Nobody may ask for it: the stage before may fail.
      () => {
        pull.failed = true;
      },
    );
    pulls.set(reference, pull);
    return pull;
  };
  for (const image of mergeWanted(wanted)) start(image);
  return {
    async get(reference, listen) {
      const pull = pulls.get(reference) ?? start(forgotten.get(reference) ?? { reference, always: false });
      if (listen === undefined) return await pull.image;
      pull.listeners.add(listen);
      try {
        return await pull.image;
      } finally {
        pull.listeners.delete(listen);
      }
    },
    forgetFailed(reference) {
      const pull = pulls.get(reference);
      if (pull?.failed !== true) return;
      pulls.delete(reference);
      forgotten.set(reference, pull.wanted);
    },
  };
}

/** One entry per reference: pulled always when anyone wants that, with the first credentials given. */
function mergeWanted(wanted: readonly WantedImage[]): readonly WantedImage[] {
  const merged = new Map<string, WantedImage>();
  for (const image of wanted) {
    const known = merged.get(image.reference);
    const auth = known?.auth ?? image.auth;
    merged.set(image.reference, {
      reference: image.reference,
      always: image.always || (known?.always ?? false),
      ...(auth && { auth }),
    });
  }
  return [...merged.values()];
}
