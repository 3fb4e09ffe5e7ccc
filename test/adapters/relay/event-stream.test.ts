import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readEvents, type StreamEvent } from '../../../src/adapters/relay/event-stream.js';

async function read(...chunks: readonly (string | Uint8Array)[]): Promise<StreamEvent[]> {
  const bytes = chunks.map((chunk) => (typeof chunk === 'string' ? Buffer.from(chunk) : chunk));
  const events: StreamEvent[] = [];
  for await (const event of readEvents(iterate(bytes))) {
    events.push(event);
  }
  return events;
}

async function* iterate<T>(items: readonly T[]): AsyncGenerator<T, void> {
  for (const item of items) {
    yield await Promise.resolve(item);
  }
}

describe('events', () => {
  test.each([
    ['one', 'data: hello\n\n', [{ name: 'message', data: 'hello' }]],
    ['a named one', 'event: ping\ndata:{}\n\n', [{ name: 'ping', data: '{}' }]],
    ['several lines', 'data: a\ndata: b\n\n', [{ name: 'message', data: 'a\nb' }]],
    ['CR LF', 'data: a\r\n\r\n', [{ name: 'message', data: 'a' }]],
    [
      'CR',
      'data: a\r\rdata: b\r\r',
      [
        { name: 'message', data: 'a' },
        { name: 'message', data: 'b' },
      ],
    ],
    [
      'comments, ids and other fields',
      ': here\nid: 5\nretry: 1\nodd\ndata: a\n\n',
      [{ name: 'message', data: 'a' }],
    ],
    ['a value with colons', 'data: a: b\n\n', [{ name: 'message', data: 'a: b' }]],
    [
      'a line separator that ends no line here',
      'data: a\u2028b\n\n',
      [{ name: 'message', data: 'a\u2028b' }],
    ],
    ['no data', 'event: nothing\n\n', []],
    ['the end of the stream within one', 'data: a\n\ndata: b\n', [{ name: 'message', data: 'a' }]],
  ])('%s', async (_name, text, events) => {
    expect(await read(text)).toEqual(events);
  });

  test('are the same however the bytes are cut', async () => {
    const bytes = Buffer.from('event: a\r\ndata: héllo ✓\r\n\r\ndata: x\r\rdata: y\n\ndata: z\r\n\r\n');
    const whole = await read(bytes);
    expect(whole).toHaveLength(4);
    const cuts = fc.array(fc.nat(bytes.length), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(cuts, async (places) => {
        const ends = [...places, bytes.length].toSorted((a, b) => a - b);
        const pieces = ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
        expect(await read(...pieces)).toEqual(whole);
      }),
    );
  });
});

test('an event as large as any of GitHub is read', async () => {
  const data = 'x'.repeat(25 * 1024 * 1024);
  const [event] = await read(`data: ${data}\n\n`);
  expect(event?.data === data).toBe(true);
});

test('an event without an end is not kept for ever', async () => {
  const line = `data: ${'x'.repeat(16 * 1024 * 1024)}\n`;
  await expect(read(line, line, line, line, line)).rejects.toThrow('too large');
});

test('a line without an end is not kept for ever', async () => {
  const piece = 'x'.repeat(16 * 1024 * 1024);
  await expect(read('data: ', piece, piece, piece, piece, piece)).rejects.toThrow('too large');
});
