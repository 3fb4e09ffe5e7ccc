import { mkdir, realpath, rename, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { createNonce } from '../nonce.js';
import { type Container, type Engine, LABELS, type Network } from '../ports.js';
import { type Adopted, canJoin, makeSandbox, namespaceOf } from '../sandbox.js';
import type { Workspace } from '../workspace.js';
import { containerOf, type Recipe } from './recipe.js';

/** A workspace, a network and containers that stand in both and wait: a job takes all of it or nothing. */
export interface Slot {
  readonly root: string;
  readonly network: Network;
  /** What later stages join, and this one where it can. Absent: the engine has none. */
  readonly waiting?: Container | undefined;
  /** In the order of their recipes. */
  readonly containers: readonly Container[];
}

export interface SlotDeps {
  readonly engine: Pick<Engine, 'network' | 'waiting' | 'container'>;
  readonly install: string;
  readonly workerId: string;
  /** Absolute, on the file system of the workspaces; the same path on the engine's host. */
  readonly directory: string;
}

/** @throws EngineRefused, EngineUnavailable; nothing is left then */
export async function armSlot(deps: SlotDeps, recipes: readonly Recipe[]): Promise<Slot> {
  const { engine } = deps;
  const name = `cyclone-pool-${createNonce().slice(0, 12)}`;
  await mkdir(deps.directory, { recursive: true });
  const root = path.join(await realpath(deps.directory), name);
  const labels = {
    [LABELS.install]: deps.install,
    [LABELS.worker]: deps.workerId,
    [LABELS.pool]: 'yes',
  };
  const containers: Container[] = [];
  let place: Adopted | undefined;
  try {
    place = (await makeSandbox(engine, name, labels)) ?? { network: await engine.network(name, labels) };
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
    await removeSlot({ ...place, root, containers });
    throw error;
  }
}

/** What nobody took, or as much of it as there is. Safe twice. */
export async function removeSlot({
  root,
  network,
  waiting,
  containers,
}: Omit<Slot, 'network'> & Partial<Pick<Slot, 'network'>>): Promise<void> {
  await Promise.all(containers.map((container) => container.remove()));
  await waiting?.remove();
  await network?.remove();
  await rm(root, { recursive: true, force: true });
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
