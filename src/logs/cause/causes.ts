import type { StageId } from '../../pipeline/model.js';
import { newlinesBefore } from '../locate.js';
import type { CauseStore, LogArchive, LogId, LogIndex } from '../ports.js';
import { type Cause, CONSEQUENCE } from './cause.js';
import { createCauseSearch } from './find-cause.js';
import { readPlainLines } from './read-lines.js';
import { sectionOf } from './section.js';

/** Of what is longer, the beginning and the end are looked at: what failed is said there. */
const HALF_BYTES = 64 * 1024 * 1024;

/** Why stages failed, as their logs say it. */
export interface Causes {
  /** Undefined: none was found, the stage has not failed, or its log cannot be read. Never rejects. */
  of(run: number, stage: StageId): Promise<Cause | undefined>;
}

export interface CausesDeps {
  readonly archive: LogArchive;
  /** What was found before, by the size of the log. */
  readonly store: CauseStore;
  /** Whether the stage has ended, and not as it should. */
  readonly hasFailed: (run: number, stage: StageId) => Promise<boolean>;
  readonly logger: { warn(fields: object, message: string): void };
}

export function createCauses(deps: CausesDeps): Causes {
  const { archive, store, logger } = deps;
  /** Several ask at once, when a stage ends: it is looked for once. */
  const searches = new Map<string, Promise<Cause | undefined>>();

  async function look(run: number, stage: StageId): Promise<Cause | undefined> {
    if (!(await deps.hasFailed(run, stage))) return undefined;
    const log = { run, stage };
    const bytes = await archive.size(log);
    const known = await store.load(run, stage);
    if (known?.bytes === bytes) return known.cause;
    const cause = bytes === 0 ? undefined : await searchLog(archive, log);
    await store.keep(run, stage, { bytes, cause });
    return cause;
  }

  return {
    of(run, stage) {
      const name = JSON.stringify([run, stage]);
      const search =
        searches.get(name) ??
        look(run, stage)
          .catch((err: unknown) => {
            logger.warn({ err, run, stage }, 'cause of a failure not looked for');
            return undefined;
          })
          .finally(() => searches.delete(name));
      searches.set(name, search);
      return search;
    },
  };
}

/** In what ran last; when that says no more than that it failed, in all that was printed since the try began. */
async function searchLog(archive: LogArchive, log: LogId): Promise<Cause | undefined> {
  const index = await archive.index(log);
  const section = sectionOf(index, undefined);
  const here = await searchBytes(archive, log, index, section);
  if (here !== undefined && here.confidence > CONSEQUENCE) return here;
  const whole = { start: section.tryStart, end: index.bytes };
  if (whole.start === section.start && whole.end === section.end) return here;
  const anywhere = await searchBytes(archive, log, index, whole);
  return (anywhere?.confidence ?? 0) > (here?.confidence ?? 0) ? anywhere : here;
}

async function searchBytes(
  archive: LogArchive,
  log: LogId,
  index: LogIndex,
  { start, end }: { readonly start: number; readonly end: number },
): Promise<Cause | undefined> {
  const before = await newlinesBefore(archive, log, index, start);
  const search = createCauseSearch(before + 1);
  const parts =
    end - start <= 2 * HALF_BYTES
      ? [{ from: start, to: end }]
      : [
          { from: start, to: start + HALF_BYTES },
          { from: end - HALF_BYTES, to: end },
        ];
  let read = before;
  for (const { from, to } of parts) {
    if (from > start) {
      // The first of these is the end of a line.
      const newlines = await newlinesBefore(archive, log, index, from);
      search.skip(newlines - read);
      read = newlines;
    }
    for await (const lines of readPlainLines(archive.read(log, from, to))) {
      for (const line of lines) search.line(line);
      read += lines.length;
    }
  }
  return search.found();
}
