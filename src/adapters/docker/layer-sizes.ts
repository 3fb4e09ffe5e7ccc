import { createHash } from 'node:crypto';
import type { StoredLayer } from '../../worker/ports.js';

/** One line of `GET /images/{name}/history`, the newest first. */
export interface HistoryEntry {
  /** `<missing>` where no local image is of that step alone. */
  readonly Id?: string;
  readonly CreatedBy?: string;
  readonly Comment?: string;
  readonly Size: number;
}

/** What makes no layer, as the classic builder and BuildKit write it down. */
const NO_LAYER =
  /^(?:\/bin\/sh -c )?(?:#\(nop\)\s+)?(?:ARG|CMD|ENTRYPOINT|ENV|EXPOSE|HEALTHCHECK|LABEL|MAINTAINER|ONBUILD|SHELL|STOPSIGNAL|USER|VOLUME)\b/;

/**
 * The size of each layer, from the lowest on. The engine tells layers, and sizes of the steps that made the image, and
 * not which belong together: a step of no bytes may be a layer without files, or none. What is none by its words is
 * passed over first, then directories that may have been there (WORKDIR).
 * @param diffIds `RootFS.Layers`
 */
export function layerSizes(
  diffIds: readonly string[],
  history: readonly HistoryEntry[],
): readonly StoredLayer[] {
  const steps = history.toReversed();
  const spare = steps.length - diffIds.length;
  const passedOver = new Set(
    steps
      .filter(({ Size }) => Size === 0)
      .toSorted((one, other) => likelihood(one) - likelihood(other))
      .slice(0, Math.max(0, spare)),
  );
  const sizes = steps.filter((step) => !passedOver.has(step)).map(({ Size }) => Math.max(0, Size));
  return chainIds(diffIds).map((id, index) => ({ id, bytes: sizes[index] ?? 0 }));
}

/** That it made a layer. */
function likelihood({ CreatedBy = '', Comment = '' }: HistoryEntry): number {
  if (Comment === LABELLED || NO_LAYER.test(CreatedBy)) return 0;
  return /(?:^|#\(nop\)\s+)WORKDIR\b/.test(CreatedBy) ? 1 : 2;
}

/** What a step of ours is called that adds labels and no layer. */
export const LABELLED = 'labels of Cyclone';

/**
 * A layer on those below it: the same files on others are kept apart.
 * https://github.com/opencontainers/image-spec/blob/main/config.md#layer-chainid
 */
export function chainIds(diffIds: readonly string[]): readonly string[] {
  let below: string | undefined;
  return diffIds.map((diffId) => {
    below =
      below === undefined
        ? diffId
        : `sha256:${createHash('sha256').update(`${below} ${diffId}`).digest('hex')}`;
    return below;
  });
}
