import type { Labels } from '../../worker/ports.js';
import { LABELS } from '../../worker/ports.js';
import type { Client } from './client.js';
import { unless } from './errors.js';
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

/** @param install of our installation */
export async function markLayers(
  client: Client,
  { install, heads, labels }: { install: string; heads: readonly string[]; labels: Labels },
): Promise<void> {
  if (heads.length === 0) return;
  const today = { [LABELS.install]: install, [MARKS.day]: new Date().toISOString().slice(0, 10) };
  const filters = { label: Object.entries(today).map(([key, value]) => `${key}=${value}`) };
  const there = await client.call((docker) => docker.listImages({ filters }));
  const marked = new Set(there.map((image) => image.Labels?.[MARKS.of]));
  const wanted = new Set(heads.map(shortId));
  const worker = labels[LABELS.worker];
  const containerLabels = {
    [LABELS.install]: install,
    ...(worker === undefined ? {} : { [LABELS.worker]: worker }),
  };
  await Promise.all(
    [...wanted]
      .filter((image) => !marked.has(image))
      .map((image) =>
        labelImage(client, image, { labels: { ...today, [MARKS.of]: image }, containerLabels }),
      ),
  );
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
