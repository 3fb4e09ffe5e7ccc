import { notFound } from '../http/api-error.js';
import { positive } from '../http/pages.js';
import { asApp, type Call, json, type Route } from '../http/route.js';
import { timestamp } from '../views/account.js';
import type { Delivery } from '../webhooks/deliveries.js';

export const hookDeliveryRoutes: readonly Route[] = [
  asApp('apps/list-webhook-deliveries', ({ world, url }) => {
    const status = url.searchParams.get('status');
    const finished = world.deliveries
      .all()
      .filter((delivery) => delivery.response !== undefined)
      .filter((delivery) => status === null || (status === 'success') === succeeded(delivery))
      .toReversed();
    const per = Math.min(positive(url.searchParams.get('per_page'), 30), 100);
    // The cursor is the id after which the page begins: new deliveries do not shift it.
    const after = positive(url.searchParams.get('cursor'), Number.MAX_SAFE_INTEGER);
    const rest = finished.filter(({ id }) => id < after);
    const page = rest.slice(0, per);
    const last = page.at(-1);
    return json(page.map(itemView), last !== undefined && rest.length > per ? nextLink(url, last.id) : {});
  }),

  asApp('apps/get-webhook-delivery', (call) => {
    const delivery = find(call);
    return json({
      ...itemView(delivery),
      url: delivery.url,
      request: { headers: delivery.request.headers, payload: JSON.parse(delivery.request.body) as object },
      response: { headers: delivery.response?.headers ?? {}, payload: delivery.response?.body ?? null },
    });
  }),

  asApp('apps/redeliver-webhook-delivery', (call) => {
    call.world.deliveries.redeliver(find(call).id);
    return { status: 202, body: {} };
  }),

  asApp('apps/get-webhook-config-for-app', () =>
    json({ content_type: 'json', insecure_ssl: '0', secret: '********' }),
  ),
];

const succeeded = ({ response }: Delivery): boolean => response?.status === 'OK';

function nextLink(url: URL, cursor: number): Record<string, string> {
  const next = new URL(url);
  next.searchParams.set('cursor', String(cursor));
  return { link: `<${next.href}>; rel="next"` };
}

function find({ world, parameters }: Call): Delivery {
  const delivery = world.deliveries.find(Number(parameters['delivery_id']));
  if (delivery === undefined) throw notFound();
  return delivery;
}

const itemView = (delivery: Delivery) => ({
  id: delivery.id,
  guid: delivery.guid,
  delivered_at: timestamp(delivery.createdAt),
  redelivery: delivery.redelivery,
  duration: delivery.duration,
  status: delivery.response?.status ?? 'pending',
  status_code: delivery.response?.statusCode ?? 0,
  event: delivery.event,
  action: delivery.action,
  installation_id: delivery.installationId,
  repository_id: delivery.repositoryId,
  throttled_at: null,
});
