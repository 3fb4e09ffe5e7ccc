import type { Deliver, Delivery } from './delivery.js';
import type { Gate } from './gate.js';
import { dueAt, isYoung, type Pace, refreshAfter } from './pace.js';
import {
  type Budget,
  type CheckKey,
  CheckRefused,
  CheckRetry,
  type CheckStore,
  type CheckSubject,
  type CheckView,
  type Clock,
  type DirtyCheck,
  WHOLE_RUN,
} from './ports.js';
import { type Moment, notYetRunning, stateOf } from './render.js';
import { createRounds, type Next, type Rounds } from './rounds.js';
import { createTries } from './tries.js';

export interface LaneDeps {
  readonly store: CheckStore;
  readonly deliver: Deliver;
  readonly gate: Gate;
  /** What the installation's rate limit has left; undefined: not known. */
  readonly budget: () => Budget | undefined;
  readonly clock: Clock;
  readonly pace: Pace;
  readonly log: LaneLog;
  /** With the end of the stage's log, and its whole size in bytes. */
  readonly draw: (subject: CheckSubject, key: CheckKey) => Promise<{ view: CheckView; logSize: number }>;
  /** GitHub has taken a state of the check, or never will. */
  readonly settled: () => void;
  /** An attempt has ended; `over`: as far as is known the lane is not needed any more. */
  readonly attempted: (over: boolean) => void;
}

export interface LaneLog {
  debug(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** What GitHub was last told by this lane. */
interface Shown {
  readonly githubId: number;
  readonly status: CheckView['status'];
  readonly face: string;
  readonly at: number;
  readonly logSize: number;
}

/** One check's way to GitHub: one write at a time, each with the state that is newest when it is sent. */
export function createLane(run: number, key: CheckKey, deps: LaneDeps): Rounds {
  const { store, clock, pace } = deps;
  const ids = { run, check: key };
  const tries = createTries({
    clock,
    gate: deps.gate,
    pace,
    told(error, times) {
      const fields = { ...ids, ...times, error: messageOf(error) };
      if (error instanceof CheckRetry) {
        deps.log.warn(fields, 'check not sent yet');
      } else {
        deps.log.error(fields, 'check could not be sent');
      }
    },
  });
  let shown: Shown | undefined;
  /** Which change of the check was read last. */
  let read = 0;
  /** Whether an end is to be told: it goes before what only shows progress. */
  let ends = false;

  async function step(): Promise<Next> {
    // The check before its subject: a change in between is then sent twice, and never missed.
    const checks = await store.dirtyOf(run);
    const check = checks.find((one) => one.key === key);
    const subject = await store.subject(run);
    if (subject === undefined) {
      return { dirty: false, over: true };
    }
    ends = check !== undefined && isEnd(subject);
    if (check === undefined) {
      return refresh(subject);
    }
    read = check.wanted;
    return isAfterWhole(check, checks) || isBeforeStages(check, checks, subject)
      ? { dirty: true }
      : write(check, checks, subject);
  }

  /** While writes have to wait, a state that was final meanwhile shall not wait as what it was before. */
  async function lookForEnd(): Promise<void> {
    try {
      const subject = await store.subject(run);
      ends = subject !== undefined && isEnd(subject);
    } catch {
      // The round will read it again, and say so.
    }
  }

  function isEnd(subject: CheckSubject): boolean {
    return stateOf(subject, key).status === 'completed';
  }

  /** Who sees `cyclone` concluded, a merge queue or a person, finds every stage's end there. */
  function isBeforeStages(check: DirtyCheck, checks: readonly DirtyCheck[], subject: CheckSubject): boolean {
    return check.githubId !== undefined && endsTooEarly(checks, subject);
  }

  function endsTooEarly(checks: readonly DirtyCheck[], subject: CheckSubject): boolean {
    return key === WHOLE_RUN && subject.progress.run.status === 'completed' && checks.length > 1;
  }

  /** On GitHub checks are listed as they were made: the whole run's comes first. */
  function isAfterWhole(check: DirtyCheck, checks: readonly DirtyCheck[]): boolean {
    const whole = checks.find((one) => one.key === WHOLE_RUN);
    return (
      key !== WHOLE_RUN && check.githubId === undefined && whole !== undefined && whole.githubId === undefined
    );
  }

  async function write(
    check: DirtyCheck,
    checks: readonly DirtyCheck[],
    subject: CheckSubject,
  ): Promise<Next> {
    const moment = stateOf(subject, key);
    const fresh = check.githubId === undefined || isReopened(moment);
    const due = fresh ? 0 : dueAt(moment, shown?.at, pace, deps.budget());
    if (due > clock.now()) {
      return { dirty: true, at: due };
    }
    const young = fresh && (isYoung(moment, clock.now(), pace) || endsTooEarly(checks, subject));
    const { view, logSize } = await deps.draw(young ? notYetRunning(subject, key) : subject, key);
    const delivery = await deliverNew(check, subject, view);
    if (delivery.kind === 'superseded') {
      return await yieldTo(delivery.by, check.wanted);
    }
    const { githubId } = delivery;
    shown = { githubId, status: view.status, face: face(view), at: clock.now(), logSize };
    const { completedAt: endedAt } = moment;
    const told = endedAt === undefined || young ? undefined : { endedAt, at: clock.now() };
    // What is too young to be shown is still to be said.
    await store.sent(run, key, githubId, young ? check.wanted - 1 : check.wanted, told);
    deps.settled();
    return { dirty: true, at: 0 };
  }

  /** Run again: what GitHub shows is the end of the time before, and somebody may merge by it. */
  function isReopened(moment: Moment): boolean {
    return shown?.status === 'completed' && moment.status !== 'completed';
  }

  async function deliverNew(check: DirtyCheck, subject: CheckSubject, view: CheckView): Promise<Delivery> {
    const last = shown;
    // 0: the check was another run's meanwhile.
    const isTold = last !== undefined && check.sent > 0 && last.githubId === check.githubId;
    return isTold && last.face === face(view)
      ? { kind: 'delivered', githubId: last.githubId }
      : await deps.deliver(check, subject, view);
  }

  /** GitHub knows the state. While a stage runs, its log so far is worth a write now and then. */
  async function refresh(subject: CheckSubject): Promise<Next> {
    const moment = stateOf(subject, key);
    const { startedAt } = moment;
    if (
      key === WHOLE_RUN ||
      moment.status !== 'in_progress' ||
      startedAt === undefined ||
      shown === undefined
    ) {
      return { dirty: false, over: subject.progress.run.status === 'completed' };
    }
    if (clock.now() >= refreshAfter(startedAt, shown.at, pace, deps.budget())) {
      await showLog(subject, shown);
    }
    return { dirty: false, at: refreshAfter(startedAt, shown.at, pace, deps.budget()) };
  }

  /** Not tried again: the next one comes, and nothing that matters is lost. */
  async function showLog(subject: CheckSubject, last: Shown): Promise<void> {
    const { view, logSize } = await deps.draw(subject, key);
    shown = { ...last, at: clock.now(), logSize };
    if (logSize === last.logSize) {
      return;
    }
    try {
      await deps.deliver({ run, key, githubId: last.githubId, creating: false }, subject, view);
    } catch (error) {
      tries.pauseFor(error);
      deps.log.debug({ ...ids, error: messageOf(error) }, 'log of a running stage not shown');
    }
  }

  async function failed(error: unknown): Promise<Next> {
    if (error instanceof CheckRefused) {
      return await giveUp(error.message);
    }
    tries.pauseFor(error);
    if (error instanceof CheckRetry && (await isTooLate())) {
      return await giveUp(`not taken in time: ${error.message}`);
    }
    return tries.later(error);
  }

  async function isTooLate(): Promise<boolean> {
    const state = (await store.subject(run))?.progress.run;
    return state?.status === 'completed' && clock.now() - state.completedAt > pace.giveUpAfter;
  }

  async function giveUp(reason: string): Promise<Next> {
    await store.refused(run, key, reason, read);
    deps.log.warn({ ...ids, reason }, 'check given up');
    return settledAs({ dirty: false, over: true });
  }

  /** The next change asks again whose the check is: this run may be run again, and have it back. */
  async function yieldTo(holder: number, wanted: number): Promise<Next> {
    await store.yielded(run, key, wanted);
    shown = undefined;
    deps.log.debug({ ...ids, holder }, 'check is of another run');
    return settledAs({ dirty: true, at: 0 });
  }

  function settledAs(next: Next): Next {
    deps.settled();
    return next;
  }

  const rounds = createRounds({
    clock,
    gate: deps.gate,
    round: () => tries.attempt(step, failed),
    urgent: () => ends,
    ended: deps.attempted,
  });
  return {
    ...rounds,
    wake() {
      if (!ends && deps.gate.isShut()) {
        void lookForEnd();
      }
      rounds.wake();
    },
  };
}

/** What decides whether a write says anything new. The log is not part of it: it has a pace of its own. */
function face(view: CheckView): string {
  const { text: _text, ...rest } = view;
  return JSON.stringify(rest);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
