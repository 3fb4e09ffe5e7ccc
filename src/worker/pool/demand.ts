import { type Recipe, recipeKey } from './recipe.js';

/** What was not asked for so long counts half. */
const HALF_LIFE_MS = 30 * 60_000;

/** Twice within three quarters of an hour: once may be for ever. */
const OFTEN = 1.5;

/** More kinds of jobs than any pool has room for; the rarest goes first. */
const MOST_KINDS = 200;

/** So many of a kind should stand ready. */
export interface Share {
  readonly ask: string;
  /** Of the job's stages that can be armed, in their order. */
  readonly recipes: readonly Recipe[];
  readonly keys: readonly string[];
  readonly count: number;
}

/**
 * How often is asked for what. In memory alone: a worker that starts anew has its pool after the second job of a
 * kind, and a file of counts would be of images and repositories that may be gone.
 */
export interface Demand {
  /** @param at 0: the job has come to what was asked for; more: it has come so far */
  used(ask: string, at: number, recipe: Recipe): void;
  /** It could not be armed, or did not live: it counts half from now on. */
  failed(ask: string): void;
  /** Shares out so many containers by how often each is asked for. @param most of one kind */
  shares(size: number, most: number): readonly Share[];
}

interface Wish {
  readonly recipes: Recipe[];
  weight: number;
  /** When the weight was that, ms since the epoch. */
  at: number;
}

export function createDemand(now: () => number): Demand {
  const wishes = new Map<string, Wish>();
  const weightOf = ({ weight, at }: Wish): number => weight * 0.5 ** (Math.max(0, now() - at) / HALF_LIFE_MS);

  const forgetRarest = (): void => {
    const [rarest] = [...wishes].toSorted(([, one], [, other]) => weightOf(one) - weightOf(other));
    if (rarest !== undefined) wishes.delete(rarest[0]);
  };

  return {
    used(ask, at, recipe) {
      const known = wishes.get(ask);
      const recipes = known?.recipes ?? [];
      // None behind one that is not known: stages are armed in their order.
      if (at <= recipes.length) recipes[at] = recipe;
      if (at > 0) return;
      const weight = (known === undefined ? 0 : weightOf(known)) + 1;
      wishes.set(ask, { recipes, weight, at: now() });
      if (wishes.size > MOST_KINDS) forgetRarest();
    },
    failed(ask) {
      const wish = wishes.get(ask);
      if (wish !== undefined) wish.weight /= 2;
    },
    shares(size, most) {
      const often = [...wishes].flatMap(([ask, wish]) => {
        const weight = weightOf(wish);
        return weight < OFTEN ? [] : [{ ask, recipes: [...wish.recipes], weight, count: 0 }];
      });
      // The next one goes where it serves most: https://en.wikipedia.org/wiki/D%27Hondt_method
      for (let left = size; left > 0; left -= 1) {
        let next: (typeof often)[number] | undefined;
        for (const one of often) {
          if (one.count >= most) continue;
          if (next === undefined || one.weight / (one.count + 1) > next.weight / (next.count + 1)) next = one;
        }
        if (next === undefined) break;
        next.count += 1;
      }
      return often
        .filter(({ count }) => count > 0)
        .map((share) => ({ ...share, keys: share.recipes.map(recipeKey) }));
    },
  };
}
