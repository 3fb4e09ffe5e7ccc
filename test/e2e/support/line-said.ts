import { setTimeout as sleep } from 'node:timers/promises';
import type { World } from './world.js';

const PATIENCE_MS = 60_000;
const LAST_LINES = 30;

/**
 * The first line of the server's output that has all of these words.
 *
 * @throws Error with what it said last, when it does not say so
 */
export async function lineSaid(world: World, ...words: readonly string[]): Promise<string> {
  for (const begun = Date.now(); Date.now() - begun < PATIENCE_MS; await sleep(20)) {
    const lines = world.server().output().split('\n');
    const line = lines.find((one) => words.every((word) => one.includes(word)));
    if (line !== undefined) return line;
  }
  const last = world.server().output().trimEnd().split('\n').slice(-LAST_LINES).join('\n');
  throw new Error(`the server does not say ${words.join(' … ')}; it said:\n${last}`);
}
