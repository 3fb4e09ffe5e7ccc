import { bytes as inWords } from '../pipeline/measures.js';
import { newestAttempt } from './again.js';
import { endFrom, OUTPUT_BYTES } from './cut.js';
import { firstError } from './first-error.js';
import { fenced, link } from './markdown.js';
import { plainText } from './terminal.js';

/** The end of a log, and how much there is of it in all. */
export interface LogEnd {
  readonly bytes: Buffer;
  readonly size: number;
}

/** The text of a stage's check: the first error, then as much of the log's end as GitHub takes. */
export function logText(log: LogEnd, failed: boolean, url: string): string | undefined {
  if (log.size === 0) {
    return undefined;
  }
  const tail = endFrom(log.bytes, OUTPUT_BYTES);
  let keep = tail.length;
  for (;;) {
    const text = compose(tail.subarray(tail.length - keep), log.size, failed, url);
    const total = Buffer.byteLength(text);
    if (total <= OUTPUT_BYTES) {
      return text;
    }
    // Usually what is over is taken away. Bytes that are no UTF-8 grow threefold, and a fence is longer
    // than any run of backticks: then what is shown shrinks with what it became.
    const less = Math.max(keep - (total - OUTPUT_BYTES), Math.floor((keep * OUTPUT_BYTES) / total));
    keep = endFrom(tail, Math.min(keep - 1, less)).length;
  }
}

function compose(end: Buffer, size: number, failed: boolean, url: string): string {
  const shown = newestAttempt(plainText(end.toString())).trimEnd();
  const missing = size - end.length;
  const error = failed ? firstError(shown) : undefined;
  const notice = `${inWords(missing)} of the log's beginning are not shown here: ${link('the whole log', url)}`;
  return [
    ...(error === undefined ? [] : ['First error:', fenced(error), 'End of the log:']),
    ...(missing > 0 ? [notice] : []),
    ...(shown === '' ? [] : [fenced(shown)]),
  ].join('\n\n');
}
