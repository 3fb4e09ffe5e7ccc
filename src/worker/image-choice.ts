import type { StoredLayer } from './ports.js';

/** What goes as a whole: an image that was pulled, or the layers that builds made up to one image. */
export interface Removable {
  readonly key: string;
  readonly layers: readonly StoredLayer[];
  /** ms since the epoch */
  readonly usedAt: number;
  /** A container, a run, a build or a pull has it: it counts, and stays. */
  readonly held: boolean;
}

export interface Room {
  /** bytes that all of them may take */
  readonly limit: number;
  /** bytes that the disk wants back however little they take; 0: it has enough */
  readonly wanted: number;
}

export interface Choice {
  /** Least recently used first. */
  readonly remove: readonly Removable[];
  /** bytes that their going gives */
  readonly bytes: number;
  /** bytes that all of them take now */
  readonly taken: number;
  /** Which of the two asked for more. */
  readonly why: 'limit' | 'disk';
}

/** Once over the limit, down to this part of it: else each image that comes would send another away. */
export const DOWN_TO = 0.9;

/**
 * The least recently used, until there is room; a layer goes with the last image that has it. What would give nothing
 * stays: its layers are also in an image that stays.
 * @param foreign layers of images that are not ours to remove: they do not count, and cannot go
 */
export function chooseImages(
  all: readonly Removable[],
  foreign: ReadonlySet<string>,
  { limit, wanted }: Room,
): Choice {
  const holders = countHolders(all, foreign);
  const taken = bytesTaken(all, foreign);
  const overLimit = taken > limit ? taken - limit * DOWN_TO : 0;
  const needed = Math.max(overLimit, wanted);
  const stays = new Set([...foreign, ...all.filter(({ held }) => held).flatMap(layerIds)]);
  const chosen: Removable[] = [];
  let bytes = 0;
  for (const one of all.filter(({ held }) => !held).toSorted(byUse)) {
    if (bytes >= needed) break;
    if (one.layers.every((layer) => layer.bytes === 0 || stays.has(layer.id))) continue;
    chosen.push(one);
    for (const id of new Set(layerIds(one))) bytes += letGo(holders, id);
  }
  return {
    remove: chosen.filter((one) => one.layers.some(({ id }) => isGone(holders, id))),
    bytes,
    taken,
    why: wanted > overLimit ? 'disk' : 'limit',
  };
}

/** bytes, each layer once */
export function bytesTaken(all: readonly Removable[], foreign: ReadonlySet<string>): number {
  let bytes = 0;
  for (const layer of countHolders(all, foreign).values()) bytes += layer.bytes;
  return bytes;
}

interface Holders {
  count: number;
  readonly bytes: number;
}

/** By layer; sizes of one layer that were told differently count as the largest. */
function countHolders(all: readonly Removable[], foreign: ReadonlySet<string>): Map<string, Holders> {
  const holders = new Map<string, Holders>();
  for (const one of all) {
    for (const [id, bytes] of new Map(one.layers.map((layer) => [layer.id, layer.bytes]))) {
      if (foreign.has(id)) continue;
      const known = holders.get(id) ?? { count: 0, bytes: 0 };
      holders.set(id, { count: known.count + 1, bytes: Math.max(known.bytes, bytes) });
    }
  }
  return holders;
}

/** @returns bytes that this gives */
function letGo(holders: Map<string, Holders>, id: string): number {
  const layer = holders.get(id);
  if (layer === undefined) return 0;
  layer.count -= 1;
  return layer.count === 0 ? layer.bytes : 0;
}

function isGone(holders: ReadonlyMap<string, Holders>, id: string): boolean {
  const layer = holders.get(id);
  return layer?.count === 0 && layer.bytes > 0;
}

function layerIds({ layers }: Removable): readonly string[] {
  return layers.map(({ id }) => id);
}

function byUse(one: Removable, other: Removable): number {
  return one.usedAt - other.usedAt || (one.key < other.key ? -1 : 1);
}
