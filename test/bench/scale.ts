import { Agent } from 'node:http';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { World } from '../e2e/support/world.js';
import { send } from './deliveries.js';
import { type Many, manyCommits } from './many-commits.js';
import { summaryOf } from './measure.js';
import { bodiesOf, post } from './push-delivery.js';
import type { Row } from './report.js';
import { withSystem } from './whole-system.js';

const REPOSITORIES = 500;
const QUEUED = 5000;
const TURNS = 40;
const PATIENCE_MS = 15 * 60_000;
/** What BullMQ tells of the queue that any worker takes jobs from. */
const EVENTS = 'bull:jobs:events';

/** No worker is there: what is queued stays. */
export async function scaleRows(): Promise<readonly Row[]> {
  return await withServer(1, 0, async (empty) => {
    return await withServer(REPOSITORIES, QUEUED, async (full) => {
      const [mine, reference]: [number[], number[]] = [[], []];
      for (let turn = 0; turn < TURNS; turn += 1) {
        reference.push(await empty.oneMore());
        mine.push(await full.oneMore());
      }
      return [
        {
          name: `one push more, until its job is queued, behind ${QUEUED.toLocaleString('en')} of ${REPOSITORIES} repositories`,
          ours: summaryOf(mine),
          reference: { name: 'the same with an empty queue', sample: summaryOf(reference) },
          goal: { of: 'ratio', atMost: 1.5 },
        },
      ];
    });
  });
}

interface Loaded {
  /** From the webhook until its job is in the queue, in milliseconds. */
  oneMore(): Promise<number>;
}

async function withServer<T>(
  repositories: number,
  queued: number,
  work: (loaded: Loaded) => Promise<T>,
): Promise<T> {
  return await withSystem({ CYCLONE_ROLE: 'server' }, async (world) => {
    // Not of interest here.
    world.github.rateLimit.set({ remaining: 10_000_000 });
    const each = Math.ceil((queued + TURNS) / repositories) + 1;
    const many = await manyCommits(world.github, repositories, each);
    const redis = new Redis(path.join(world.dataDir, 'redis', 'redis.sock'));
    try {
      await queueAll(world, many, { redis, queued });
      return await work(loaded(world, many, { redis, queued }));
    } finally {
      redis.disconnect();
    }
  });
}

async function queueAll(
  world: World,
  many: Many,
  { redis, queued }: { readonly redis: Redis; readonly queued: number },
): Promise<void> {
  const all = queued + many.names.length;
  const { refused } = await send({ ...receiver(world), ...many, from: 0, count: queued, connections: 32 });
  if (refused > 0) throw new Error(`${refused} webhooks were refused`);
  const last = performance.now() + PATIENCE_MS;
  // Quiet: GitHub has all checks too.
  while ((await redis.llen('bull:jobs:wait')) < all || checksMade(world) < 2 * all) {
    if (performance.now() > last) throw new Error('not every push was queued');
    await sleep(500);
  }
}

function loaded(
  world: World,
  many: Many,
  { redis, queued }: { readonly redis: Redis; readonly queued: number },
): Loaded {
  const bodies = bodiesOf({ ...many, from: 0 });
  const agent = new Agent({ keepAlive: true });
  let next = queued;
  return {
    async oneMore() {
      const body = bodies(next++);
      const before = (await redis.xrevrange(EVENTS, '+', '-', 'COUNT', 1))[0]?.[0] ?? '0';
      const checks = checksMade(world);
      const from = performance.now();
      const queuedNow = redis.xread('BLOCK', 30_000, 'STREAMS', EVENTS, before);
      await post(agent, receiver(world), body);
      if ((await queuedNow) === null) throw new Error('the push was not queued');
      const took = performance.now() - from;
      await world.github.waitFor(() => checksMade(world) >= checks + 2);
      return took;
    },
  };
}

function receiver(world: World) {
  return { url: `${world.server().url}/api/github/webhooks`, secret: world.github.webhookSecret };
}

function checksMade(world: World): number {
  return world.github.requests({ operation: 'checks/create' }).length;
}
