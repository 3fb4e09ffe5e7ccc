import type { Redis } from 'ioredis';

const INSTALL_KEY = 'cyclone:install';
const WAIT_MS = 500;

/** The server says which installation this Redis belongs to. */
export async function publishInstall(redis: Redis, install: string): Promise<void> {
  await redis.set(INSTALL_KEY, install);
}

/** A worker apart from its server waits until it has been said. */
export async function readInstall(redis: Redis): Promise<string> {
  for (;;) {
    const install = await redis.get(INSTALL_KEY);
    if (install !== null) {
      return install;
    }
    await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
  }
}
