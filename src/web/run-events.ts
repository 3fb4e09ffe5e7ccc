import { visibleRun } from './access.js';
import type { Room, WebApp, WebContext } from './context.js';
import { eventStream, type ServerEvent } from './event-stream.js';

/** Tells pages that what they show has changed; what it is now they ask for themselves. */
export function mountRunEvents(app: WebApp, room: Room): void {
  app.get('/runs/:run/events', async (c) => {
    const view = await visibleRun(room, c);
    return view ? send(room, c, view.id, view.repository.private) : c.notFound();
  });
  // It says that something happened, not where: who may not see a run learns nothing of it here.
  app.get('/events', (c) => send(room, c, undefined, false));
}

function send(room: Room, c: WebContext, run: number | undefined, isPrivate: boolean): Response {
  const headers = {
    'Content-Type': 'text/event-stream; charset=utf-8',
    // no-transform: an intermediary that compresses holds events back.
    'Cache-Control': `${isPrivate ? 'private, no-store' : 'no-cache'}, no-transform`,
    'X-Accel-Buffering': 'no',
  };
  if (c.req.method === 'HEAD') return c.body(null, 200, headers);
  const body = room.streams.body(c.env.outgoing, (signal) =>
    eventStream(changes(room.feed.watch(run, signal)), room.clock),
  );
  return c.body(body, 200, headers);
}

async function* changes(watched: AsyncIterable<number>): AsyncGenerator<ServerEvent, void> {
  let number = 0;
  for await (const _ of watched) {
    number += 1;
    yield { event: 'changed', id: String(number), data: '' };
  }
}
