import { Agent } from 'node:http';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { World } from '../e2e/support/world.js';
import { bareWebhook } from './bare-webhook.js';
import { type Sending, send } from './deliveries.js';
import { type Many, manyCommits } from './many-commits.js';
import { summaryOf, timedUntil } from './measure.js';
import { bodiesOf, post } from './push-delivery.js';
import type { Row } from './report.js';
import { withSystem } from './whole-system.js';

const REPOSITORIES = 50;
const RATE = 200;
const SECONDS = 60;
const SLICES = 4;
const BURST = 10_000;
const IDLE = 40;
const PATIENCE_MS = 15 * 60_000;

/** A server alone: what it plans waits for a worker, and takes none of its time. */
export async function intakeRows(): Promise<readonly Row[]> {
  return await withSystem({ CYCLONE_ROLE: 'server' }, async (world) => {
    // Not of interest here.
    world.github.rateLimit.set({ remaining: 10_000_000 });
    const each = Math.ceil((RATE * SECONDS + BURST + IDLE) / REPOSITORIES) + 1;
    const many = await manyCommits(world.github, REPOSITORIES, each);
    const bench = openBench(world, many);
    await bench.planned();
    const first = await firstCheck(world, many);
    bench.used(IDLE);
    const steady = await bench.steady();
    const burst = await bench.burst();
    return [first, steady, burst];
  });
}

function openBench(world: World, many: Many) {
  let from = 0;
  /** The first of each repository was planned before. */
  let sent = many.names.length;
  const sending = (url: string): Omit<Sending, 'count'> => ({
    url,
    secret: world.github.webhookSecret,
    ...many,
    from,
    connections: 32,
  });
  const used = (count: number): void => {
    from += Math.ceil(count / many.names.length);
    sent += count;
  };
  const ours = webhookUrl(world);
  const planned = (): Promise<void> => until(() => checksMade(world) >= 2 * sent);
  return {
    used,
    planned,
    async steady(): Promise<Row> {
      const bare = await bareWebhook(
        path.join(world.dataDir, 'redis', 'redis.sock'),
        world.github.webhookSecret,
      );
      const [mine, reference]: [number[], number[]] = [[], []];
      try {
        for (let slice = 0; slice < SLICES; slice += 1) {
          const count = (RATE * SECONDS) / SLICES;
          const its = await send({ ...sending(bare.url), count: count / 2, rate: RATE });
          reference.push(...its.times);
          const answers = await send({ ...sending(ours), count, rate: RATE });
          if (answers.refused > 0) throw new Error(`${answers.refused} webhooks were refused`);
          mine.push(...answers.times);
          used(count);
        }
      } finally {
        bare.close();
      }
      const late = await timedUntil(planned);
      return {
        name: `webhooks answered, ${RATE} a second for ${SECONDS} s`,
        ours: summaryOf(mine),
        reference: { name: 'node:http, HMAC and SET in the same Redis', sample: summaryOf(reference) },
        goal: { of: 'p99', atMost: 50 },
        note: `p99 ${summaryOf(mine).p99.toFixed(1)}; all at GitHub ${(late / 1000).toFixed(0)} s later`,
      };
    },
    async burst(): Promise<Row> {
      const began = performance.now();
      const before = checksMade(world);
      const answers = await send({ ...sending(ours), count: BURST });
      const answered = performance.now() - began;
      if (answers.refused > 0) throw new Error(`${answers.refused} webhooks were refused`);
      used(BURST);
      await planned();
      const took = performance.now() - began;
      if (checksMade(world) !== before + 2 * BURST) throw new Error('checks were made twice');
      const reference = await timedUntil(() => asked(world, 4 * BURST));
      return {
        name: `a burst of ${BURST.toLocaleString('en')} pushes, until GitHub has every check`,
        ours: summaryOf([took]),
        reference: { name: 'as many requests to the same stand-in', sample: summaryOf([reference]) },
        goal: { of: 'ratio', atMost: 5 },
        note: `answered after ${(answered / 1000).toFixed(1)} s`,
      };
    },
  };
}

/** From a webhook to the first request for a check. */
async function firstCheck(world: World, many: Many): Promise<Row> {
  const [mine, reference]: [number[], number[]] = [[], []];
  const agent = new Agent({ keepAlive: true });
  const receiver = { url: webhookUrl(world), secret: world.github.webhookSecret };
  const bodies = bodiesOf({ ...many, from: 0 });
  for (let index = 0; index < IDLE; index += 1) {
    const before = checksMade(world);
    const asking = world.github.waitFor(() => checksMade(world) > before);
    const began = performance.now();
    await post(agent, receiver, bodies(index));
    await asking;
    mine.push(performance.now() - began);
    reference.push(await timedUntil(() => asked(world, 3)));
    await until(() => checksMade(world) >= before + 2);
  }
  agent.destroy();
  return {
    name: 'from a webhook to the first check asked for',
    ours: summaryOf(mine),
    reference: { name: 'three requests to the stand-in', sample: summaryOf(reference) },
    goal: { of: 'p95', atMost: 150 },
  };
}

function webhookUrl(world: World): string {
  return `${world.server().url}/api/github/webhooks`;
}

function checksMade(world: World): number {
  return world.github.requests({ operation: 'checks/create' }).length;
}

async function asked(world: World, count: number): Promise<void> {
  let left = count;
  const lane = async (): Promise<void> => {
    while (left-- > 0) await (await fetch(`${world.github.apiUrl}/meta`)).arrayBuffer();
  };
  await Promise.all(Array.from({ length: count > 100 ? 16 : 1 }, lane));
}

/** @throws Error when it does not come to it */
async function until(isSo: () => boolean): Promise<void> {
  const last = performance.now() + PATIENCE_MS;
  while (!isSo()) {
    if (performance.now() > last) throw new Error('not every push has its checks at GitHub');
    await sleep(100);
  }
}
