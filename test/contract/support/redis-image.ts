/** An image called `redis`, of this machine's own redis-server: nothing is pulled. */
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { buildImage, busyboxImage, docker } from './images.js';

const SERVER = '/usr/bin/redis-server';
const TAG = 'redis:cyclone-test';

/** @returns how to remove it: a Cyclone on this engine would take it for a Redis of its owner's */
export async function redisImage(): Promise<() => Promise<void>> {
  // `libm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x…)`, and the loader with its path alone.
  const linked = execFileSync('ldd', [SERVER], { encoding: 'utf8' });
  const libraries = [...linked.matchAll(/(\/\S+) \(0x/g)].map(([, file = '']) => file);
  const files: Record<string, string | Buffer> = {
    Dockerfile: `FROM ${await busyboxImage()}\nCOPY root/ /\n`,
  };
  for (const file of [SERVER, ...libraries]) files[`root${file}`] = await readFile(file);
  await buildImage(TAG, files);
  return () => docker().getImage(TAG).remove({ force: true });
}
