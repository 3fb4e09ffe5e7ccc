import type { MissedDeliveries, MissedDelivery } from '../../runs/ports.js';
import type { Clients } from './clients.js';
import { GitHubFailure } from './failure.js';

/** GitHub lists the newest first and keeps three days: 100 on a page, the requests of one look at the most. */
const PAGES = 50;

interface Listed {
  readonly id: number;
  /** The same on every attempt. */
  readonly guid: string;
  readonly deliveredAt: number;
  readonly status: number;
}

/** What GitHub tried to deliver and could not: it does not try again by itself. */
export function missedDeliveries(clients: Clients): MissedDeliveries {
  async function list(time: number): Promise<readonly Listed[]> {
    const seen: Listed[] = [];
    const pages = clients.app().paginate.iterator('GET /app/hook/deliveries', { per_page: 100 });
    let page = 0;
    for await (const { data } of pages) {
      seen.push(...data.map(listed));
      page += 1;
      if (page >= PAGES || seen.some((one) => one.deliveredAt < time)) {
        break;
      }
    }
    return seen.filter((one) => one.deliveredAt >= time);
  }
  return {
    async since(time) {
      const seen = await list(time);
      const taken = new Set(seen.filter(isAnswered).map((one) => one.guid));
      return byEvent(seen.filter((one) => !taken.has(one.guid)));
    },
    allSince: async (time) => byEvent(await list(time)).map(({ id }) => id),
    async redeliver(id) {
      try {
        await clients.app().request('POST /app/hook/deliveries/{delivery_id}/attempts', { delivery_id: id });
        return true;
      } catch (error) {
        if (error instanceof GitHubFailure && error.kind === 'refused') {
          return false;
        }
        throw error;
      }
    },
  };
}

/** One for each event, by its newest attempt; the oldest event first. */
function byEvent(attempts: readonly Listed[]): readonly MissedDelivery[] {
  const events = new Map<string, MissedDelivery>();
  for (const { guid, id, deliveredAt } of attempts.toSorted(
    (a, b) => a.deliveredAt - b.deliveredAt || a.id - b.id,
  )) {
    events.set(guid, { id, first: events.get(guid)?.first ?? deliveredAt, last: deliveredAt });
  }
  return [...events.values()].toSorted((a, b) => a.first - b.first);
}

/** Taken, or refused for what it says: neither will be different next time. 0 is no answer at all. */
function isAnswered({ status }: Listed): boolean {
  return status >= 200 && status < 500;
}

function listed(delivery: {
  readonly id: number;
  readonly guid: string;
  readonly delivered_at: string;
  readonly status_code: number;
}): Listed {
  const { id, guid, delivered_at: at, status_code: status } = delivery;
  return { id, guid, deliveredAt: Date.parse(at), status };
}
