import { afterAll, afterEach, beforeAll, beforeEach, expect } from '@jest/globals';
import { openWorld, type World } from './world.js';

type Environment = Readonly<Record<string, string>>;

/**
 * One world for all tests of a file, with a Cyclone that runs: after each test nothing of runs may be left, and
 * GitHub may have been asked for nothing that the real one would refuse.
 */
export function useWorld(environment: Environment = {}): World {
  const { world, open, check, close } = held(environment);
  beforeAll(open, 60_000);
  afterEach(check, 30_000);
  afterAll(close, 30_000);
  return world;
}

/** The same, but each test has a world of its own: what one counts or leaves running is nothing to the next. */
export function useFreshWorld(environment: Environment = {}): World {
  const { world, open, check, close } = held(environment);
  beforeEach(open, 60_000);
  afterEach(async () => {
    try {
      await check();
    } finally {
      // Also what still waits for something that a failed test never did.
      await close();
    }
  }, 60_000);
  return world;
}

function held(environment: Environment) {
  let opened: World | undefined;
  const now = (): World => {
    if (opened === undefined) throw new Error('the world is not open yet');
    return opened;
  };
  const world: World = {
    get github() {
      return now().github;
    },
    get registry() {
      return now().registry;
    },
    get dataDir() {
      return now().dataDir;
    },
    server: () => now().server(),
    start: (more) => now().start(more),
    concluded: (repository, sha) => now().concluded(repository, sha),
    leftovers: () => now().leftovers(),
    close: () => now().close(),
  };
  return {
    world,
    open: async (): Promise<void> => {
      opened = await openWorld(environment);
      await opened.start();
    },
    check: async (): Promise<void> => {
      expect(await world.leftovers()).toEqual([]);
      world.github.expectClean();
    },
    close: async (): Promise<void> => {
      await opened?.close();
      opened = undefined;
    },
  };
}
