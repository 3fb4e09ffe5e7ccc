import type { GitHubApp } from '../adapters/github/github-app.js';
import { checkStore } from '../adapters/sql/checks.js';
import { commentStore } from '../adapters/sql/comments.js';
import type { Database } from '../adapters/sql/database.js';
import type { CommentMode } from '../checks/comment-wish.js';
import { type Commenter, createCommenter } from '../checks/commenter.js';
import { createGates } from '../checks/gate.js';
import { DEFAULT_PACE } from '../checks/pace.js';
import type { CheckStore, Findings } from '../checks/ports.js';
import { createPublisher } from '../checks/publisher.js';
import { withReportTimes } from '../checks/report-time.js';
import type { LogArchive } from '../logs/ports.js';
import { createTail } from '../logs/tail.js';
import type { Logger, RunListener } from '../runs/ports.js';
import type { Links } from '../web/links.js';
import type { Breath } from './breath.js';
import { systemClock } from './clock.js';

/** Over all installations; each keeps the pace of its own writes, and has few of these on their way at a time. */
const IN_FLIGHT = 256;

export interface TellingDeps {
  readonly db: Database;
  readonly github: Pick<GitHubApp, 'checks' | 'sticky' | 'budget'>;
  readonly archive: LogArchive;
  readonly findings: Findings;
  readonly links: Links;
  readonly mode: CommentMode;
  /** GitHub knows of an end, so many milliseconds after it. */
  readonly reported: (ms: number) => void;
  readonly logger: Logger;
  readonly breath: Breath['breath'];
  /** GitHub has taken what a check of the run is, or never will. */
  readonly told: RunListener;
}

/** What GitHub is told of runs: checks, and one comment on each pull request. */
export interface Telling extends Commenter {
  readonly unsentChecks: () => Promise<number>;
}

export function composeTelling(deps: TellingDeps): Telling {
  const { db, github, archive, findings, links, mode, logger } = deps;
  const store = heard(checkStore(db), deps.told);
  const common = {
    tail: createTail(archive),
    findings,
    links,
    clock: systemClock,
    logger,
    gates: createGates(systemClock, DEFAULT_PACE.inFlight, { inFlight: IN_FLIGHT, breath: deps.breath }),
  };
  const api = withReportTimes(github.checks, systemClock, deps.reported);
  const publisher = createPublisher({ ...common, store, api, budget: github.budget });
  const commenter = createCommenter({ ...common, store: commentStore(db), api: github.sticky, mode });
  return {
    changed(run) {
      publisher.changed(run);
      commenter.changed(run);
    },
    say: (repository, pull, answer) => commenter.say(repository, pull, answer),
    async start() {
      await publisher.start();
      await commenter.start();
    },
    async stop() {
      await Promise.all([publisher.stop(), commenter.stop()]);
    },
    async idle() {
      await Promise.all([publisher.idle(), commenter.idle()]);
    },
    unsentChecks: async () => (await store.dirty()).length,
  };
}

/** Says whatever settles a check, once it is stored. */
function heard(store: CheckStore, told: RunListener): CheckStore {
  return {
    ...store,
    async sent(run, ...how) {
      await store.sent(run, ...how);
      told(run);
    },
    async yielded(run, ...how) {
      await store.yielded(run, ...how);
      told(run);
    },
    async refused(run, ...how) {
      await store.refused(run, ...how);
      told(run);
    },
  };
}
