import { followLog } from '../logs/follow.js';
import { plainText } from '../logs/plain-text.js';
import type { LogId } from '../logs/ports.js';
import { stateOf } from './access.js';
import { byteRange } from './byte-range.js';
import type { Room, WebApp, WebContext } from './context.js';
import { eventHeaders, eventStream, type ServerEvent } from './event-stream.js';
import { lineBatches } from './line-batches.js';
import { type LogView, logRoute, numberOf } from './log-route.js';
import { cacheHeaders } from './security.js';
import { conclusionOf } from './words.js';

/** File systems take names of 255 bytes. */
const LONGEST_NAME = 200;

/** A stage's log as text, and as events while it is written. */
export function mountLog(app: WebApp, room: Room): void {
  logRoute(app, room, '', (c, found) => sendLog(room, c, found));
  logRoute(app, room, '/stream', async (c, found) => sendStream(room, c, found));
}

async function sendLog(room: Room, c: WebContext, { view, state, log }: LogView): Promise<Response> {
  const isEnded = state.status === 'completed';
  // Asked after the state: what is there after the end is the whole.
  const size = await room.archive.size(log);
  const headers = {
    ...cacheHeaders(view.repository.private),
    'Content-Type': 'text/plain; charset=utf-8',
    'Accept-Ranges': 'bytes',
    ...(c.req.query('download') === '1' ? { 'Content-Disposition': attachment(log) } : {}),
  };
  // There is nothing by which If-Range could hold: then the range counts as absent.
  const range = byteRange(c.req.header('if-range') === undefined ? c.req.header('range') : undefined, size);
  if (range.kind === 'unsatisfiable') {
    return c.text('', 416, { ...headers, 'Content-Range': `bytes */${size}` });
  }
  const body = (begin: (signal: AbortSignal) => AsyncIterable<Uint8Array>): ReadableStream | null =>
    c.req.method === 'HEAD' ? null : room.streams.body(c.env.outgoing, begin);
  const part = (start: number, end: number): ReadableStream | null =>
    body(() => exactly(end - start, room.archive.read(log, start, end)));

  if (range.kind === 'part') {
    const { start, end } = range;
    return c.newResponse(part(start, end), 206, {
      ...headers,
      'Content-Range': `bytes ${start}-${end - 1}/${isEnded ? size : '*'}`,
      'Content-Length': String(end - start),
    });
  }
  if (isEnded) return c.newResponse(part(0, size), 200, { ...headers, 'Content-Length': String(size) });
  return c.newResponse(
    body((signal) => follow(room, log, 0, signal)),
    200,
    { ...headers, 'X-Accel-Buffering': 'no' },
  );
}

/** A name of plain characters: it becomes a file's. */
function attachment({ run, stage, service }: LogId): string {
  const name = [`run-${run}`, stage, ...(service === undefined ? [] : [service])].join('-');
  return `attachment; filename="${name.replace(/[^\w.-]+/g, '_').slice(0, LONGEST_NAME)}.log"`;
}

function follow(room: Room, log: LogId, from: number, signal: AbortSignal): AsyncGenerator<Buffer> {
  const isEnded = async (): Promise<boolean> => {
    const view = await room.queries.run(log.run);
    return !view || stateOf(view, log.stage).status === 'completed';
  };
  return followLog(room.archive, room.live, { log, from, isEnded, signal });
}

/** A log removed meanwhile must not leave the client waiting for what Content-Length promised. */
async function* exactly(length: number, chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  let sent = 0;
  for await (const chunk of chunks) {
    sent += chunk.length;
    yield chunk;
  }
  if (sent !== length) throw new Error(`A log of ${length} bytes ended after ${sent}`);
}

/** Events `log` (lines; id: the byte offset after them), at last `end` with the stage's conclusion. */
function sendStream(room: Room, c: WebContext, { view, log }: LogView): Response {
  const from = numberOf(c.req.header('last-event-id')) ?? numberOf(c.req.query('from')) ?? 0;
  const clean = c.req.query('plain') === undefined ? (text: string) => text : plainText;
  const headers = eventHeaders(view.repository.private);
  if (c.req.method === 'HEAD') return c.body(null, 200, headers);
  const body = room.streams.body(c.env.outgoing, (signal) =>
    eventStream(logEvents(room, { log, from, clean, signal }), room.clock),
  );
  return c.body(body, 200, headers);
}

interface Streamed {
  readonly log: LogId;
  readonly from: number;
  readonly clean: (text: string) => string;
  readonly signal: AbortSignal;
}

async function* logEvents(room: Room, streamed: Streamed): AsyncGenerator<ServerEvent, void> {
  const { log, from, clean, signal } = streamed;
  let end = from;
  for await (const batch of lineBatches(follow(room, log, from, signal), from)) {
    end = batch.end;
    // A return before a line end would be a line end of its own in `data`.
    yield { event: 'log', id: String(end), data: clean(batch.text.replace(/\r+(?=\n|$)/g, '')) };
  }
  if (signal.aborted) return;
  const view = await room.queries.run(log.run);
  const state = view && stateOf(view, log.stage);
  yield { event: 'end', id: String(end), data: (state && conclusionOf(state)) ?? 'gone' };
}
