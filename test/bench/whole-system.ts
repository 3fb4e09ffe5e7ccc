import { execFileSync } from 'node:child_process';
import { BUSYBOX } from '../contract/support/images.js';
import { openWorld, type World } from '../e2e/support/world.js';
import { timed } from './measure.js';

/** A whole Cyclone that has run one pipeline, and is warm: GitHub's stand-in, engine, registry, Redis, SQL. */
export async function withSystem<T>(
  environment: Readonly<Record<string, string>>,
  work: (world: World) => Promise<T>,
): Promise<T> {
  const world = await openWorld({ LOG_LEVEL: 'info', ...environment });
  try {
    await world.start();
    return await work(world);
  } finally {
    await world.close();
  }
}

/** The reference of all that starts containers, in milliseconds. */
export function dockerRun(): number {
  return timed(() => execFileSync('docker', ['run', '--rm', BUSYBOX, 'true'], { stdio: 'ignore' }));
}

/** What was tidied up behind is gone. @throws Error when something stays */
export async function atRest(world: World): Promise<void> {
  const left = await world.leftovers();
  if (left.length > 0) throw new Error(`left over: ${left.join(', ')}`);
}
