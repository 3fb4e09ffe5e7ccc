import { newestAttempt } from './again.js';
import { failedStagesOf, MARKER, renderComment } from './comment.js';
import type { StageSaid } from './comment-failure.js';
import { type CommentMode, commentWish, newestSubject } from './comment-wish.js';
import type { Gate } from './gate.js';
import type { LaneLog } from './lane.js';
import type { Pace } from './pace.js';
import {
  CheckRefused,
  type CheckSubject,
  type Clock,
  type CommentApi,
  CommentGone,
  type CommentStore,
  type Findings,
  type Links,
  type LogTail,
  type StickyComment,
  type Thread,
} from './ports.js';
import { createRounds, type Next, type Rounds } from './rounds.js';
import { plainText } from './terminal.js';
import { createTries } from './tries.js';

export interface CommentLaneDeps {
  readonly store: CommentStore;
  readonly api: CommentApi;
  readonly tail: LogTail;
  readonly findings: Findings;
  readonly links: Links;
  readonly mode: CommentMode;
  readonly clock: Clock;
  readonly pace: Pace;
  readonly gate: Gate;
  readonly logger: LaneLog;
  /** An attempt has ended; `over`: the lane is not needed for now. */
  readonly attempted: (over: boolean) => void;
}

/** Between two writes while something runs: nobody watches a comment. */
const BETWEEN_MS = 10_000;

/** What is not taken for so long is not news any more. */
const GIVE_UP_MS = 24 * 3600 * 1000;

/** Enough for the last lines of a stage. */
const TAIL_BYTES = 16 * 1024;

/** Stages whose logs are read for one comment; of more stages it has no room to say much. */
const MOST_LOGS = 5;

/** What GitHub was last told by this lane. */
interface Shown {
  readonly githubId: number;
  readonly body: string;
  readonly at: number;
}

/** One pull request's comment: one write at a time, each with what is newest when it is sent. */
export function createCommentLane(thread: Thread, deps: CommentLaneDeps): Rounds {
  const { store, api, clock, pace } = deps;
  const ids = { repository: thread.repository, pull: thread.pull };
  const tries = createTries({
    clock,
    gate: deps.gate,
    pace,
    told: (error, times) =>
      deps.logger.warn({ ...ids, ...times, error: String(error) }, 'comment not sent yet'),
  });
  let shown: Shown | undefined;
  /** Whether it shows what will not change by itself: then nothing of this lane is worth keeping. */
  let isFinal = true;

  async function step(): Promise<Next> {
    // The comment before its runs: a change in between is then looked at twice, and never missed.
    const comment = await store.load(thread);
    if (comment === undefined || comment.sent >= comment.wanted) {
      return { dirty: false, over: isFinal };
    }
    const wish = commentWish(comment, await store.subjects(thread), deps.mode);
    if (wish.kind === 'nothing') {
      return told(undefined, comment);
    }
    ({ isFinal } = wish);
    const due = shown === undefined || isFinal ? 0 : shown.at + BETWEEN_MS;
    if (due > clock.now()) {
      return { dirty: true, at: due };
    }
    const { answers } = comment;
    const body = renderComment({
      subject: wish.subject,
      answers,
      links: deps.links,
      said: await saidIn(wish.subject),
    });
    const githubId =
      shown?.body === body && shown.githubId === comment.githubId
        ? shown.githubId
        : await deliver(comment, body);
    if (githubId === undefined) {
      return { dirty: true, at: 0 };
    }
    shown = { githubId, body, at: clock.now() };
    return told(githubId, comment);
  }

  async function told(githubId: number | undefined, { wanted }: StickyComment): Promise<Next> {
    await store.sent(thread, githubId, wanted);
    return { dirty: true, at: 0 };
  }

  /** @returns undefined when somebody has deleted it: whether to make it again is to be decided anew */
  async function deliver(comment: StickyComment, body: string): Promise<number | undefined> {
    const { repository, pull, creating, deletedFor } = comment;
    // What the database has lost, or no answer told of, is on the pull request.
    const isKnown = comment.githubId !== undefined || (deletedFor !== undefined && !creating);
    const id = isKnown ? comment.githubId : await api.find(repository, pull, MARKER);
    if (id === undefined) {
      await store.creating(thread);
      return (await api.create(repository, pull, body)).id;
    }
    try {
      await api.update(repository, id, body);
      return id;
    } catch (error) {
      if (!(error instanceof CommentGone)) {
        throw error;
      }
      shown = undefined;
      await store.deleted(thread, newestSubject(await store.subjects(thread))?.trigger.sha ?? '');
      deps.logger.debug(ids, 'comment was deleted');
      return undefined;
    }
  }

  async function saidIn(subject: CheckSubject | undefined): Promise<ReadonlyMap<string, StageSaid>> {
    const failed = subject === undefined ? [] : failedStagesOf(subject).slice(0, MOST_LOGS);
    const said = await Promise.all(
      failed.map(async ({ id }) => [id, await saidBy(subject?.run ?? 0, id)] as const),
    );
    return new Map(said);
  }

  async function saidBy(run: number, stage: string): Promise<StageSaid> {
    const cause = await deps.findings.cause(run, stage);
    return cause === undefined ? { log: await logOf(run, stage) } : { cause };
  }

  /** A comment without a log is better than none. */
  async function logOf(run: number, stage: string): Promise<string> {
    try {
      const { bytes } = await deps.tail.tail({ run, stage }, TAIL_BYTES);
      return newestAttempt(plainText(bytes.toString()));
    } catch (error) {
      deps.logger.warn({ run, check: stage, error: String(error) }, 'log of a comment could not be read');
      return '';
    }
  }

  async function failed(error: unknown): Promise<Next> {
    tries.pauseFor(error);
    const isTooLate = clock.now() - (tries.failingSince() ?? clock.now()) > GIVE_UP_MS;
    if (error instanceof CheckRefused || isTooLate) {
      // The next change is another try: a pull request that was locked may be open again.
      deps.logger.warn({ ...ids, error: String(error) }, 'comment given up');
      const comment = await store.load(thread);
      return comment === undefined ? { dirty: false, over: true } : await told(undefined, comment);
    }
    return tries.later(error);
  }

  return createRounds({
    clock,
    gate: deps.gate,
    round: () => tries.attempt(step, failed),
    // Ends of checks go first: people and merges wait for them.
    urgent: () => false,
    ended: deps.attempted,
  });
}
