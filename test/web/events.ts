import type { Readable } from 'node:stream';

export interface Event {
  readonly event: string;
  readonly id: string;
  readonly data: string;
}

/** Reads as a browser does, block by block; comments and `retry` are left out. */
export async function* eventsOf(answer: Readable): AsyncGenerator<Event, void> {
  let rest = '';
  for await (const chunk of answer.setEncoding('utf8')) {
    const blocks = (rest + String(chunk)).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const lines = block.split('\n');
      const field = (name: string): string[] =>
        lines.filter((line) => line.startsWith(`${name}: `)).map((line) => line.slice(name.length + 2));
      const [event] = field('event');
      if (event !== undefined) yield { event, id: field('id')[0] ?? '', data: field('data').join('\n') };
    }
  }
}
