/** One event of a stream of server-sent events. */
export interface StreamEvent {
  /** `message` when the server names none. */
  readonly name: string;
  readonly data: string;
}

/** GitHub's largest payload is 25 MB; it comes in JSON, in which it may grow. */
const LARGEST = 64 * 1024 * 1024;
const TOO_LARGE = 'an event of the stream is too large';

/**
 * Events as the HTML standard reads them, without `id` and `retry`
 * (https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation).
 * An event that the end of the stream cuts off is none. Throws on an event of over 64 Mi characters.
 */
export async function* readEvents(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<StreamEvent, void> {
  let name = '';
  let data: string[] = [];
  let size = 0;
  for await (const line of linesOf(chunks)) {
    if (line === '') {
      if (data.length > 0) {
        yield { name: name || 'message', data: data.join('\n') };
      }
      name = '';
      data = [];
      size = 0;
      continue;
    }
    const { field, value } = read(line);
    if (field === 'event') {
      name = value;
    } else if (field === 'data') {
      data.push(value);
      // An empty line is one to be kept, too.
      size += value.length + 1;
      if (size > LARGEST) throw new Error(TOO_LARGE);
    }
  }
}

/** By hand: on a line of many megabytes a regular expression runs out of stack. */
function read(line: string): { readonly field: string; readonly value: string } {
  const colon = line.indexOf(':');
  if (colon < 0) return { field: line, value: '' };
  return { field: line.slice(0, colon), value: line.slice(colon + (line[colon + 1] === ' ' ? 2 : 1)) };
}

/** Ends of lines are LF, CR LF, or CR; what follows the last one is not a line. */
async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string, void> {
  // It also drops a byte order mark.
  const decoder = new TextDecoder();
  // Pieces of the line that has begun: adding them up at each chunk would copy it again and again.
  let begun: string[] = [];
  let size = 0;
  let afterCr = false;
  for await (const chunk of chunks) {
    const decoded = decoder.decode(chunk, { stream: true });
    if (decoded === '') {
      continue;
    }
    // The other half of an end of line that two chunks shared is not another one.
    const text: string = afterCr && decoded.startsWith('\n') ? decoded.slice(1) : decoded;
    afterCr = text.endsWith('\r');
    const lines = text.split(/\r\n|\r|\n/u);
    const rest = lines.pop() ?? '';
    for (const line of lines) {
      yield begun.join('') + line;
      begun = [];
      size = 0;
    }
    begun.push(rest);
    size += rest.length;
    if (size > LARGEST) {
      throw new Error(TOO_LARGE);
    }
  }
}
