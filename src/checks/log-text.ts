import { bytes as inWords } from '../pipeline/measures.js';
import { newestAttempt } from './again.js';
import { endFrom, OUTPUT_BYTES } from './cut.js';
import { causeAddress, causeExcerpt, causePlace } from './first-cause.js';
import { fenced, link } from './markdown.js';
import type { FirstCause } from './ports.js';
import { plainText } from './terminal.js';

/** The end of a log, and how much there is of it in all. */
export interface LogEnd {
  readonly bytes: Buffer;
  readonly size: number;
}

/** What is known of a stage that failed. */
export interface WhyFailed {
  readonly cause?: FirstCause | undefined;
  /** The run to compare with, and where that is done. */
  readonly lastPassed?: { readonly run: number; readonly difference: string } | undefined;
}

/** A log of so few lines is seen at once: nothing of it is shown twice. */
const SHORT_LINES = 20;

/**
 * The text of a stage's check: the first error and what to compare with, then as much of the log's end as GitHub
 * takes. @param url the stage's page
 */
export function logText(log: LogEnd, url: string, why: WhyFailed = {}): string | undefined {
  if (log.size === 0) {
    return undefined;
  }
  const tail = endFrom(log.bytes, OUTPUT_BYTES);
  let keep = tail.length;
  for (;;) {
    const text = compose(tail.subarray(tail.length - keep), log.size, url, why);
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

function compose(end: Buffer, size: number, url: string, why: WhyFailed): string {
  const shown = newestAttempt(plainText(end.toString())).trimEnd();
  const missing = size - end.length;
  const notice = `${inWords(missing)} of the log's beginning are not shown here: ${link('the whole log', url)}`;
  const isShort = missing === 0 && shown.split('\n').length <= SHORT_LINES;
  const first = isShort ? [] : causeSections(why, url);
  return [
    ...first,
    ...sinceSection(why),
    ...(first.length > 0 ? ['End of the log:'] : []),
    ...(missing > 0 ? [notice] : []),
    ...(shown === '' ? [] : [fenced(shown)]),
  ].join('\n\n');
}

function causeSections({ cause }: WhyFailed, url: string): readonly string[] {
  if (cause === undefined) return [];
  return [`First error, ${link(causePlace(cause), causeAddress(url, cause))}:`, fenced(causeExcerpt(cause))];
}

function sinceSection({ lastPassed }: WhyFailed): readonly string[] {
  if (lastPassed === undefined) return [];
  return [link(`What changed since run ${lastPassed.run}, which passed`, lastPassed.difference)];
}
