import { createTroubleFinder } from '../logs/find-trouble.js';
import { readLines } from '../logs/lines.js';
import type { Room, WebApp } from './context.js';
import { eventHeaders, eventStream } from './event-stream.js';
import { lineEvents } from './log-events.js';
import { linesJson } from './log-lines.js';
import { outlineOf } from './log-outline.js';
import { logRoute, numberOf } from './log-route.js';
import { searchAnswers } from './log-search.js';
import { cacheHeaders } from './security.js';

const LINES = { usual: 500, most: 2_000 } as const;

/** Characters. The time of a search through a line of one letter grows with how often the query repeats it. */
const LONGEST_QUERY = 200;

/** What the page of a log reads (see log-protocol.ts). */
export function mountLogEndpoints(app: WebApp, room: Room): void {
  const troubles = createTroubleFinder(room.archive);

  logRoute(app, room, '/lines', async (c, { view, log }) => {
    const from = Math.max(1, numberOf(c.req.query('from')) ?? 1);
    const count = Math.min(LINES.most, numberOf(c.req.query('count')) ?? LINES.usual);
    const lines = await readLines(room.archive, log, { from, count });
    return c.json(linesJson(lines), 200, cacheHeaders(view.repository.private));
  });

  logRoute(app, room, '/outline', async (c, { view, log, state }) =>
    c.json(await outlineOf(room, log, state), 200, cacheHeaders(view.repository.private)),
  );

  logRoute(app, room, '/errors', async (c, { view, log }) =>
    c.json(await troubles(log), 200, cacheHeaders(view.repository.private)),
  );

  logRoute(app, room, '/search', async (c, { view, log }) => {
    const text = c.req.query('q') ?? '';
    if (text.length > LONGEST_QUERY) {
      return c.json({ message: `What is searched for has at most ${LONGEST_QUERY} characters.` }, 400);
    }
    const search = { text, isCaseSensitive: c.req.query('case') === '1' };
    const headers = {
      ...cacheHeaders(view.repository.private),
      'Content-Type': 'application/x-ndjson; charset=utf-8',
      'X-Accel-Buffering': 'no',
    };
    if (c.req.method === 'HEAD') return c.body(null, 200, headers);
    const body = room.streams.body(c.env.outgoing, (signal) => searchAnswers(room, log, search, signal));
    return c.body(body, 200, headers);
  });

  logRoute(app, room, '/events', async (c, { view, log }) => {
    const from = numberOf(c.req.header('last-event-id')) ?? numberOf(c.req.query('from')) ?? 1;
    const headers = eventHeaders(view.repository.private);
    if (c.req.method === 'HEAD') return c.body(null, 200, headers);
    const body = room.streams.body(c.env.outgoing, (signal) =>
      eventStream(lineEvents(room, { log, from, signal }), room.clock),
    );
    return c.body(body, 200, headers);
  });
}
