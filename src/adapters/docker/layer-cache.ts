import type { Labels } from '../../worker/ports.js';
import { LABELS } from '../../worker/ports.js';
import type { Client } from './client.js';
import { unless } from './errors.js';
import type { ImageConfigs } from './image-configs.js';
import { shortId } from './images.js';
import { labelImage } from './label-image.js';

/**
 * Layers of builds bear no labels: a label would be a step of the user's build, and one that differs from run to
 * run would keep nothing in the cache. So each image that layers end in gets an empty child, a mark, which says
 * whose they are. It holds them when the run's images are gone, and whoever prunes the mark prunes them too.
 */
export const MARKS = {
  /** Twelve digits of the image's id. */
  of: 'cyclone.cache',
  /** The last day of use, UTC. A mark of each day: with the last of them go the layers. */
  day: 'cyclone.day',
} as const;

export interface LayerMarks {
  /** @param heads images that layers end in @param labels of the build */
  mark(heads: readonly string[], labels: Labels): Promise<void>;
  /** Images went, and perhaps marks with them. */
  forget(): void;
}

/**
 * With some hundred images the engine takes a third of a second to say which marks there are: it is asked once a day.
 * @param install of our installation
 */
export function layerMarks({
  client,
  install,
  configs,
}: {
  readonly client: Client;
  readonly install: string;
  readonly configs: ImageConfigs;
}): LayerMarks {
  let known: { readonly day: string; readonly marked: Promise<Set<string>> } | undefined;

  const markedOn = (day: string): Promise<Set<string>> => {
    if (known?.day !== day) known = { day, marked: askMarks(client, install, day) };
    return known.marked;
  };
  return {
    async mark(heads, labels) {
      if (heads.length === 0) return;
      const day = new Date().toISOString().slice(0, 10);
      const worker = labels[LABELS.worker];
      const containerLabels = {
        [LABELS.install]: install,
        ...(worker === undefined ? {} : { [LABELS.worker]: worker }),
      };
      const marked = await markedOn(day).catch((error: unknown) => {
        known = undefined;
        throw error;
      });
      for (const image of new Set(heads.map(shortId))) {
        if (marked.has(image)) continue;
        const mark = { [LABELS.install]: install, [MARKS.day]: day, [MARKS.of]: image };
        const { leave } = await labelImage({ client, configs }, image, { labels: mark, containerLabels });
        marked.add(image);
        await leave();
      }
    },
    forget() {
      known = undefined;
    },
  };
}

async function askMarks(client: Client, install: string, day: string): Promise<Set<string>> {
  const filters = { label: [`${LABELS.install}=${install}`, `${MARKS.day}=${day}`] };
  const there = await client.call((docker) => docker.listImages({ filters }));
  return new Set(there.flatMap(({ Labels }) => Labels?.[MARKS.of] ?? []));
}

/** Removes nameless images of this installation that are older, with the layers that only they hold. */
export async function pruneLayers(client: Client, install: string, olderThanMs: number): Promise<void> {
  const filters = {
    dangling: ['true'],
    label: [`${LABELS.install}=${install}`],
    // The engine cuts the time down to a whole second: one more, or 0 would spare what is a moment old.
    until: [`${Math.floor(olderThanMs / 1000) - 1}s`],
  };
  // 409: another prune is under way, ours or an operator's. What a container uses stays by itself.
  await unless([409], client.post('/images/prune', { filters: JSON.stringify(filters) }, {}));
}
