import path from 'node:path';
import { canonicalJson } from '../../pipeline/content-address.js';
import { isOurs } from '../environment.js';
import { isInside } from '../inside.js';
import type { ContainerCreate, Labels, Mount } from '../ports.js';
import { WAITING_ENTRYPOINT } from '../script.js';

/** All that a stage's container is made of but what is its run's alone: two with equal recipes are alike. */
export interface Recipe {
  readonly container: Omit<ContainerCreate, 'name' | 'imageName' | 'labels' | 'mounts' | 'network'>;
  readonly mounts: readonly RecipeMount[];
}

/** The source is absolute, or relative to the root of whatever workspace it will be. */
export type RecipeMount = Mount & { readonly own: boolean };

/** A stage's container that runs a script, as it would be made cold, but for the script. */
export type Wanted = Omit<ContainerCreate, 'labels' | 'entrypoint' | 'command'>;

/** The recipe, and the values of the environment that are this run's alone: they come with the go-signal. */
export function recipeOf(
  wanted: Wanted,
  root: string,
): { readonly recipe: Recipe; readonly late: readonly string[] } {
  const { name: _, imageName: __, network: ___, mounts, environment, ...rest } = wanted;
  return {
    recipe: {
      container: {
        ...rest,
        entrypoint: WAITING_ENTRYPOINT,
        command: [],
        environment: environment.filter((entry) => !isOurs(entry)),
      },
      mounts: mounts.map((mount) =>
        isInside(root, mount.source)
          ? { ...mount, source: path.relative(root, mount.source), own: true }
          : { ...mount, own: false },
      ),
    },
    late: environment.filter(isOurs),
  };
}

export function recipeKey(recipe: Recipe): string {
  return canonicalJson(recipe);
}

/** The container of a recipe in a workspace and a network that are nobody's yet. */
export function containerOf(
  { container, mounts }: Recipe,
  at: { readonly name: string; readonly root: string; readonly network: string; readonly labels: Labels },
): ContainerCreate {
  const { name, root, network, labels } = at;
  return {
    ...container,
    name,
    network,
    labels,
    mounts: mounts.map(({ own, ...mount }) =>
      own ? { ...mount, source: path.join(root, mount.source) } : mount,
    ),
  };
}
