import type { StageId } from '../../pipeline/model.js';
import type { Container } from '../ports.js';
import type { Recipe } from './recipe.js';
import type { Slot } from './slot.js';

/** Containers that wait for jobs which are not there yet. */
export interface Pool {
  /** Nobody else gets it: it is the caller's to use and to remove. Undefined: none is ready. */
  take(ask: string): PoolSlot | undefined;
  /** Of no use to who took it: it goes, and nobody waits for that. */
  drop(slot: PoolSlot): void;
  /**
   * A stage of a job needed this container, and had an armed one or made it.
   * @param at the how manieth it is of those that were asked for
   */
  used(ask: string, at: number, recipe: Recipe, wasArmed: boolean): void;
  /** A job is over: the machine has time to arm what is missing. Nobody waits for it. */
  refill(): void;
  readonly state: () => PoolState;
  /** Resolves when nothing of it is left in the engine. Nothing is armed after it. */
  close(): Promise<void>;
}

/** For those who watch a worker. */
export interface PoolState {
  /** For so many jobs something waits now. */
  readonly armed: number;
  /** First stages that began in one, and those that could have and made their own. */
  readonly hits: number;
  readonly misses: number;
}

export interface PoolSlot extends Slot {
  /** Of the recipes that its containers were made by. */
  readonly keys: readonly string[];
}

export interface ContainerOwner {
  /** @throws EngineUnavailable when it is over: the container is whose it was */
  adoptContainer(container: Container): void;
}

/** The pool, as the stages of a job meet it. */
export interface PoolTurn {
  /**
   * The container that was armed for this stage by exactly this recipe, the first time that it is asked for; `owner`
   * removes it from now on. Undefined: there is none, the stage makes one.
   */
  container(stage: StageId, recipe: Recipe, owner: ContainerOwner): Promise<Container | undefined>;
}
