import { mkdir, realpath, rename, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import type { Container, Engine } from '../ports.js';
import { type Adopted, canJoin, makeSandbox, nameEarly, namespaceOf, removeSandbox } from '../sandbox.js';
import type { Strays } from '../strays.js';
import type { Workspace } from '../workspace.js';
import { containerOf, type Recipe } from './recipe.js';

/** A workspace, a network and containers that stand in both and wait: a job takes all of it or nothing. */
export interface Slot extends Adopted {
  readonly root: string;
  /** In the order of their recipes. */
  readonly containers: readonly Container[];
}

export interface SlotDeps {
  readonly engine: Pick<Engine, 'network' | 'waiting' | 'container'>;
  /** Told of what could not be made whole, or not be removed. */
  readonly strays: Pick<Strays, 'add'>;
  readonly install: string;
  readonly workerId: string;
  /** Absolute, on the file system of the workspaces; the same path on the engine's host. */
  readonly directory: string;
}

/** @throws EngineRefused, EngineUnavailable; what there is of it is a stray then */
export async function armSlot(deps: SlotDeps, recipes: readonly Recipe[]): Promise<Slot> {
  const { engine } = deps;
  const early = nameEarly('pool', deps);
  const { name, labels } = early;
  await mkdir(deps.directory, { recursive: true });
  const root = path.join(await realpath(deps.directory), name);
  const containers: Container[] = [];
  try {
    const place = await makeSandbox(engine, early);
    // One after the other: what runs goes first.
    for (const [index, recipe] of recipes.entries()) {
      const { waiting } = place;
      const network =
        waiting !== undefined && canJoin(recipe.container) ? namespaceOf(waiting) : place.network.name;
      for (const { own, source } of recipe.mounts) {
        if (own) await mkdir(path.join(root, source), { recursive: true });
      }
      const at = { name: `${name}-${index + 1}`, root, network, labels };
      const container = await engine.container(containerOf(recipe, at));
      containers.push(container);
      await container.start();
    }
    return { ...place, root, containers };
  } catch (error) {
    deps.strays.add(labels);
    await rm(root, { recursive: true, force: true });
    throw error;
  }
}

/** What nobody took. Safe twice. @throws EngineUnavailable: what there is of it in the engine is a stray then */
export async function removeSlot({ strays }: Pick<SlotDeps, 'strays'>, slot: Slot): Promise<void> {
  try {
    await Promise.all(slot.containers.map((container) => container.remove()));
    await removeSandbox(slot);
  } catch (error) {
    strays.add(slot.labels);
    throw error;
  } finally {
    await rm(slot.root, { recursive: true, force: true });
  }
}

/**
 * Makes the slot's directory the workspace, which must not be there yet: what a container has mounted follows a
 * rename. The engine does not, when it copies out of the container (`docker cp` mounts everything once more, by the
 * paths that it was told): the old path leads to the new one, until `unlinkSlot`.
 * @throws when the workspace is there, or on another file system
 */
export async function moveSlot({ root }: Slot, workspace: Pick<Workspace, 'root'>): Promise<void> {
  await rename(root, workspace.root);
  await symlink(workspace.root, root);
}

export async function unlinkSlot({ root }: Slot): Promise<void> {
  await rm(root, { force: true });
}
