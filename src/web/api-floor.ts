import { z } from 'zod';
import { problems } from './api-answers.js';
import { type Operation, routeOf } from './api-operation.js';
import { type Problem, sendApiProblem } from './api-problem.js';
import { readQuery } from './api-query.js';
import { createListLimit } from './api-rate.js';
import type { Room, WebApp, WebContext } from './context.js';
import { personOf } from './person.js';
import type { Floor } from './ports.js';

const count = z.int().min(0);
const time = z.iso.datetime();

export const ApiQueue = z
  .strictObject({
    labels: z.array(z.string()).describe('What a worker must have; none: any will do'),
    waiting: count.describe('Jobs'),
    oldest_at: time.nullable().describe('Since when the first of them waits'),
  })
  .describe('Jobs that wait for workers with the same labels');
export const ApiQueueList = z.strictObject({ total_count: count, queues: z.array(ApiQueue) });

export const ApiWorker = z
  .strictObject({
    id: z.string(),
    labels: z.array(z.string()),
    host: z.string().nullable().describe("The machine's name; null: it does not say"),
    busy: count.nullable().describe('Jobs in hand'),
    concurrency: count.nullable().describe('Jobs that it takes at once'),
    since: time.nullable().describe('When it came'),
  })
  .describe('A process that takes jobs');
export const ApiWorkerList = z.strictObject({ total_count: count, workers: z.array(ApiWorker) });

const NOTHING = z.strictObject({});

const QUEUE: Operation = {
  id: 'listQueues',
  method: 'get',
  path: '/api/queue',
  group: 'Floor',
  summary: 'How many jobs wait, for which workers, and how long already',
  query: NOTHING,
  answers: {
    200: {
      description: 'One entry for each set of labels',
      shape: ApiQueueList,
      example: {
        total_count: 1,
        queues: [{ labels: ['gpu'], waiting: 2, oldest_at: '2026-01-05T09:30:00.000Z' }],
      },
    },
    ...problems(400, 429, 500, 503),
  },
};

const WORKERS: Operation = {
  id: 'listWorkers',
  method: 'get',
  path: '/api/workers',
  group: 'Floor',
  summary: 'Who takes jobs, wherever they are',
  description: 'Names of machines are not for strangers: it takes a token of somebody.',
  needsToken: true,
  query: NOTHING,
  answers: {
    200: {
      description: 'Those who have said in the last minute that they are there',
      shape: ApiWorkerList,
      example: {
        total_count: 1,
        workers: [
          {
            id: 'a1b2c3',
            labels: ['gpu'],
            host: 'build-1',
            busy: 1,
            concurrency: 4,
            since: '2026-01-05T08:00:00.000Z',
          },
        ],
      },
    },
    ...problems(400, 401, 429, 500, 503),
  },
};

export const FLOOR: readonly Operation[] = [QUEUE, WORKERS];

/** What waits for workers, and who they are. */
export function mountFloorApi(app: WebApp, room: Room): void {
  const limited = createListLimit(room);
  const mount = (operation: Operation, look: () => Promise<object>): void => {
    app.get(routeOf(operation), async (c) => {
      const asked = readQuery(c, NOTHING);
      if (!asked.ok) return sendApiProblem(room, c, asked.problem);
      const refusal = limited(c);
      if (refusal) return refusal;
      if (operation.needsToken === true && !(await isSomebody(room, c))) {
        c.header('WWW-Authenticate', 'Bearer');
        return sendApiProblem(room, c, NOBODY);
      }
      return c.json(await look(), 200, { 'Cache-Control': 'private, no-store' });
    });
  };
  mount(QUEUE, () => queuesOf(room.floor));
  mount(WORKERS, () => workersOf(room.floor));
}

const NOBODY: Problem = {
  status: 401,
  message: 'Send a GitHub token of yours: Authorization: Bearer …',
};

async function isSomebody(room: Room, c: WebContext): Promise<boolean> {
  const person = await personOf(room, c);
  return person !== undefined && (await room.rights.who(person)) !== undefined;
}

async function queuesOf(floor: Floor): Promise<z.output<typeof ApiQueueList>> {
  const queues = (await floor.queues()).map(({ labels, waiting, oldestAt }) => ({
    labels: [...labels],
    waiting,
    oldest_at: isoOrNull(oldestAt),
  }));
  return { total_count: queues.length, queues };
}

async function workersOf(floor: Floor): Promise<z.output<typeof ApiWorkerList>> {
  const workers = (await floor.workers()).map(({ id, labels, host, busy, hands, since }) => ({
    id,
    labels: [...labels],
    host: host ?? null,
    busy: busy ?? null,
    concurrency: hands ?? null,
    since: isoOrNull(since),
  }));
  return { total_count: workers.length, workers };
}

function isoOrNull(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}
