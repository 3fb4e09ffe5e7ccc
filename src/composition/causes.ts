import { causeStore } from '../adapters/sql/causes.js';
import type { Database } from '../adapters/sql/database.js';
import type { Findings } from '../checks/ports.js';
import { createCauses } from '../logs/cause/causes.js';
import type { LogArchive } from '../logs/ports.js';
import { hasFailed } from '../pipeline/judgement.js';
import type { Logger, RunStore } from '../runs/ports.js';
import type { Causes } from '../web/ports.js';
import { systemClock } from './clock.js';

/** A check shall not wait longer for a log of gigabytes: then it says what it can, and the page has the rest. */
const CHECK_WAITS_MS = 10_000;

export interface CausesDeps {
  readonly db: Database;
  readonly store: Pick<RunStore, 'load' | 'lastPassed'>;
  readonly archive: LogArchive;
  readonly logger: Logger;
}

/** Why stages failed: for pages, and for what GitHub is told. */
export function composeCauses({ db, store, archive, logger }: CausesDeps): {
  readonly causes: Causes;
  readonly findings: Findings;
} {
  const found = createCauses({
    archive,
    store: causeStore(db),
    hasFailed: async (run, stage) => {
      const state = (await store.load(run))?.progress.stages.find(({ id }) => id === stage)?.state;
      return state?.status === 'completed' && hasFailed(state.outcome);
    },
    logger,
  });
  return {
    causes: {
      async of(run, stage) {
        const cause = await found.of(run, stage);
        return cause && { line: cause.line, lines: cause.lines, kind: cause.kind, text: cause.text };
      },
    },
    findings: {
      cause: (run, stage) => inTime(found.of(run, stage)),
      async lastPassed(run, stage) {
        try {
          return (await store.lastPassed(run, stage))?.id;
        } catch (err) {
          logger.warn({ err, run, stage }, 'last green run not looked for');
          return undefined;
        }
      },
    },
  };
}

async function inTime<T>(found: Promise<T>): Promise<T | undefined> {
  const over = new AbortController();
  try {
    return await Promise.race([found, systemClock.sleep(CHECK_WAITS_MS, over.signal).then(() => undefined)]);
  } finally {
    over.abort();
  }
}
