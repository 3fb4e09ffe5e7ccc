import { BUSYBOX, buildImage, docker } from './images.js';
import type { Registry } from './registry.js';

const MEBIBYTE = 1024 ** 2;

/**
 * An image that the registry alone has, busybox and so many MiB that no other image has.
 * @returns its name
 */
export async function publishedImage(registry: Registry, what: string, mebibytes: number): Promise<string> {
  const repo = `${registry.host}/${what}`;
  const name = `${repo}:1`;
  const noise = Buffer.alloc(mebibytes * MEBIBYTE, `${what} ${Math.random()} `);
  await buildImage(name, { Dockerfile: `FROM ${BUSYBOX}\nCOPY noise /noise\n`, noise });
  const image = docker().getImage(name);
  for await (const _ of await image.push({ authconfig: {} }));
  await image.remove({ force: true });
  return name;
}
