import { afterAll, afterEach, beforeAll, expect } from '@jest/globals';
import { openWorld, type World } from './world.js';

/**
 * One world for all tests of a file, with a Cyclone that runs: after each test nothing of runs may be left, and
 * GitHub may have been asked for nothing that the real one would refuse.
 */
export function useWorld(environment: Readonly<Record<string, string>> = {}): World {
  let opened: World | undefined;
  const world = (): World => {
    if (opened === undefined) throw new Error('the world is not open yet');
    return opened;
  };
  beforeAll(async () => {
    opened = await openWorld(environment);
    await opened.start();
  }, 60_000);
  afterEach(async () => {
    expect(await world().leftovers()).toEqual([]);
    world().github.expectClean();
  }, 30_000);
  afterAll(() => opened?.close(), 30_000);
  return {
    get github() {
      return world().github;
    },
    get registry() {
      return world().registry;
    },
    get dataDir() {
      return world().dataDir;
    },
    server: () => world().server(),
    start: (more) => world().start(more),
    concluded: (repository, sha) => world().concluded(repository, sha),
    leftovers: () => world().leftovers(),
    close: () => world().close(),
  };
}
