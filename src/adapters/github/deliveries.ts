import type { MissedDeliveries } from '../../runs/ports.js';
import type { Clients } from './clients.js';

/** GitHub lists the newest first and keeps three days; so far back we look at the most. */
const PAGES = 10;

interface Listed {
  readonly id: number;
  /** The same on every attempt. */
  readonly guid: string;
  readonly deliveredAt: number;
  readonly status: number;
}

/** What GitHub tried to deliver and could not: it does not try again by itself. */
export function missedDeliveries(clients: Clients): MissedDeliveries {
  return {
    async since(time) {
      const app = clients.app();
      const seen: Listed[] = [];
      const pages = app.paginate.iterator('GET /app/hook/deliveries', { per_page: 100 });
      let page = 0;
      for await (const { data } of pages) {
        seen.push(...data.map(listed));
        page += 1;
        if (page >= PAGES || seen.some((one) => one.deliveredAt < time)) {
          break;
        }
      }
      return undelivered(seen.filter((one) => one.deliveredAt >= time));
    },
    async redeliver(id) {
      await clients.app().request('POST /app/hook/deliveries/{delivery_id}/attempts', { delivery_id: id });
    },
  };
}

/** The newest attempt of each event of which no attempt was answered for good, oldest event first. */
function undelivered(seen: readonly Listed[]): readonly number[] {
  const taken = new Set(seen.filter(isAnswered).map((one) => one.guid));
  const newest = new Map<string, Listed>();
  for (const one of seen) {
    const known = newest.get(one.guid);
    if (!taken.has(one.guid) && (known === undefined || known.deliveredAt < one.deliveredAt)) {
      newest.set(one.guid, one);
    }
  }
  return [...newest.values()].sort((a, b) => a.deliveredAt - b.deliveredAt).map((one) => one.id);
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
