import { describe, expect, test } from '@jest/globals';
import { messages, progressLines } from '../../../src/adapters/docker/messages.js';

async function* bytes(...chunks: (string | Buffer)[]): AsyncGenerator<Buffer> {
  for (const chunk of chunks) yield Buffer.from(chunk);
}

async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const seen: T[] = [];
  for await (const each of source) seen.push(each);
  return seen;
}

test('messages are whole, however they are cut, also inside a character', async () => {
  const line = Buffer.from('{"stream":"é"}\r\n');
  const source = bytes(line.subarray(0, 12), line.subarray(12), '{"a":1}\n\n{"b":', '2}');
  expect(await all(messages(source))).toEqual([{ stream: 'é' }, { a: 1 }, { b: 2 }]);
});

describe('progressLines', () => {
  test('say what happened, and thin out the counting of bytes', () => {
    let now = 0;
    const line = progressLines(() => now);
    expect(line({ status: 'Pulling from library/x', id: '1' })).toBe('1: Pulling from library/x');
    expect(line({ status: 'Pulling fs layer', id: 'a', progressDetail: {} })).toBeUndefined();
    const at = (id: string, current: number) =>
      line({ status: 'Downloading', id, progressDetail: { current, total: 4e6 } });
    expect(at('a', 1e6)).toBeUndefined();
    now = 6_000;
    expect(at('b', 2e6)).toBe('Downloading: 3.0 of 8.0 MB');
    expect(at('b', 3e6)).toBeUndefined();
    expect(line({ status: 'Pull complete', id: 'a', progressDetail: {} })).toBe('a: Pull complete');
    expect(line({ status: 'Digest: sha256:1' })).toBe('Digest: sha256:1');
    expect(line({ aux: { Digest: 'sha256:1' } })).toBeUndefined();
  });
});
