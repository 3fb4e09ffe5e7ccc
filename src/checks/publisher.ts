import { createDelivery } from './delivery.js';
import { createGates, type Gates } from './gate.js';
import { createLane, type LaneLog } from './lane.js';
import { DEFAULT_PACE, type Pace } from './pace.js';
import {
  type Budget,
  type CheckApi,
  type CheckKey,
  type CheckStore,
  type CheckSubject,
  type Clock,
  type DirtyCheck,
  type Findings,
  type Links,
  type LogTail,
  WHOLE_RUN,
} from './ports.js';
import { createReloads } from './reloads.js';
import { didFail, renderCheck, stateOf } from './render.js';
import type { Rounds } from './rounds.js';

/** Keeps GitHub's checks as the store says they should be. */
export interface Publisher {
  /** A change of the run has been stored. Does not wait for anything. */
  changed(run: number): void;
  /** Takes up all that GitHub does not know yet. Rejects when the store cannot be read. */
  start(): Promise<void>;
  /** Sends nothing more; resolves when the writes in flight are over. */
  stop(): Promise<void>;
  /** Resolves when GitHub knows everything. */
  idle(): Promise<void>;
}

export interface PublisherDeps {
  readonly store: CheckStore;
  readonly api: CheckApi;
  readonly tail: LogTail;
  readonly findings: Findings;
  readonly links: Links;
  readonly clock: Clock;
  readonly logger: LaneLog;
  readonly pace?: Pace;
  /** Shared with whatever else writes for the same installations. */
  readonly gates?: Gates;
  /** What an installation's rate limit has left, as far as it is known. */
  readonly budget?: (installation: number) => Budget | undefined;
}

/** Less than GitHub takes in `text`: the rest is for the first error and for what is around the log. */
const TAIL_BYTES = 60 * 1024;

export function createPublisher(deps: PublisherDeps): Publisher {
  const { store, clock, pace = DEFAULT_PACE, gates = createGates(clock, pace.inFlight) } = deps;
  const deliver = createDelivery(deps.api, store);
  const lanes = new Map<number, Map<CheckKey, Rounds>>();
  const stopping = new AbortController();
  const reloads = createReloads({
    read: async (run) => (await store.dirtyOf(run)).forEach(wake),
    settled: settle,
    clock,
    logger: deps.logger,
    stopping: stopping.signal,
  });
  let waiting: (() => void)[] = [];

  function wake(check: DirtyCheck): void {
    // A read that was under way when we stopped must not open lanes that nobody stops.
    if (stopping.signal.aborted) {
      return;
    }
    const ofRun = lanes.get(check.run) ?? new Map<CheckKey, Rounds>();
    lanes.set(check.run, ofRun);
    const lane = ofRun.get(check.key) ?? open(check);
    ofRun.set(check.key, lane);
    lane.wake();
  }

  function open({ run, key, installationId }: DirtyCheck): Rounds {
    const lane = createLane(run, key, {
      store,
      deliver,
      gate: gates(installationId),
      budget: () => deps.budget?.(installationId),
      clock,
      pace,
      log: deps.logger,
      draw,
      settled: () => {
        // Stages wait for the whole run's check to be there, and its end waits for theirs.
        lanes.get(run)?.forEach((other, of) => {
          if (other !== lane && other.dirty() && (key === WHOLE_RUN || of === WHOLE_RUN)) {
            other.wake();
          }
        });
      },
      attempted: (over) => {
        if (over) {
          close(run, key);
        }
        settle();
      },
    });
    return lane;
  }

  /** The whole run's check is the last to end: what rests then is not needed any more. */
  function close(run: number, key: CheckKey): void {
    const ofRun = lanes.get(run);
    ofRun?.delete(key);
    if (key === WHOLE_RUN) {
      ofRun?.forEach((lane, other) => !lane.dirty() && ofRun.delete(other));
    }
    if (ofRun?.size === 0) {
      lanes.delete(run);
    }
  }

  async function draw(subject: CheckSubject, key: CheckKey) {
    const hasLog = key !== WHOLE_RUN && stateOf(subject, key).startedAt !== undefined;
    const log = hasLog ? await tailOf(subject.run, key) : undefined;
    const why = hasLog && didFail(subject, key) ? await whyOf(subject.run, key) : {};
    const view = renderCheck(subject, key, { links: deps.links, ...(log && { log }), ...why });
    return { view, logSize: log?.size ?? 0 };
  }

  async function whyOf(run: number, key: CheckKey) {
    const [cause, lastPassed] = await Promise.all([
      deps.findings.cause(run, key),
      deps.findings.lastPassed(run, key),
    ]);
    return { cause, lastPassed };
  }

  /** A check without its log is better than none. */
  async function tailOf(run: number, key: CheckKey) {
    try {
      return await deps.tail.tail({ run, stage: key }, TAIL_BYTES);
    } catch (error) {
      deps.logger.warn({ run, check: key, error: String(error) }, 'log of a check could not be read');
      return undefined;
    }
  }

  function isIdle(): boolean {
    const all = [...lanes.values()].flatMap((ofRun) => [...ofRun.values()]);
    return !reloads.isBusy() && !all.some((lane) => lane.dirty());
  }

  function settle(): void {
    if (waiting.length > 0 && isIdle()) {
      waiting.forEach((resolve) => resolve());
      waiting = [];
    }
  }

  return {
    changed: (run) => reloads.take(run),
    async start() {
      (await store.dirty()).forEach(wake);
    },
    async stop() {
      stopping.abort();
      const all = [...lanes.values()].flatMap((ofRun) => [...ofRun.values()]);
      await Promise.all([reloads.ended(), ...all.map((lane) => lane.stop())]);
    },
    async idle() {
      if (!isIdle()) {
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
    },
  };
}
