import {
  type CheckKey,
  type CheckStore,
  type CheckSubject,
  type DirtyCheck,
  WHOLE_RUN,
} from '../../src/checks/ports.js';

type Row = { -readonly [K in keyof DirtyCheck]: DirtyCheck[K] } & { refused?: string };

export interface MemoryStore extends CheckStore {
  /** A new run with its checks unsent. */
  add(subject: CheckSubject): void;
  /** Stores a state; all checks of the run are dirty then. */
  change(subject: CheckSubject): void;
  /** Somebody decided about the run again: the checks of its commit are its own. */
  decide(run: number): void;
  row(run: number, key: CheckKey): Row;
  /** The next call rejects. */
  breakOnce(): void;
}

export function memoryStore(): MemoryStore {
  const subjects = new Map<number, CheckSubject>();
  const rows: Row[] = [];
  const decisions: number[] = [];
  let broken = false;

  function row(run: number, key: CheckKey): Row {
    const found = rows.find((one) => one.run === run && one.key === key);
    if (found === undefined) {
      throw new Error(`no check ${key} of run ${run}`);
    }
    return found;
  }

  function dirty(wanted: (row: Row) => boolean): readonly DirtyCheck[] {
    return rows
      .filter((one) => one.sent < one.wanted && one.refused === undefined && wanted(one))
      .map((one) => ({ ...one }));
  }

  /** The checks of that name on the commit of the run. */
  function ofCommit(run: number, key: CheckKey): readonly Row[] {
    const sha = subjects.get(run)?.trigger.sha;
    return rows.filter((one) => one.key === key && subjects.get(one.run)?.trigger.sha === sha);
  }

  function holderOf(run: number, key: CheckKey): number {
    const runs = ofCommit(run, key).map((one) => one.run);
    return decisions.findLast((one) => runs.includes(one)) ?? run;
  }

  // Like a database: the answer comes later, the state is that of the moment of the call.
  async function answer<T>(value: () => T): Promise<T> {
    if (broken) {
      broken = false;
      throw new Error('the database is gone');
    }
    const result = value();
    await Promise.resolve();
    return result;
  }

  return {
    add(subject) {
      subjects.set(subject.run, subject);
      decisions.push(subject.run);
      const { run, repository } = subject;
      for (const key of [WHOLE_RUN, ...subject.progress.stages.map(({ id }) => id)]) {
        const installationId = repository.installationId;
        rows.push({ run, key, installationId, creating: false, wanted: 1, sent: 0 });
      }
    },
    change(subject) {
      subjects.set(subject.run, subject);
      for (const one of rows.filter(({ run }) => run === subject.run)) {
        one.wanted += 1;
      }
    },
    decide(run) {
      const wasLast = holderOf(run, WHOLE_RUN) === run;
      decisions.push(run);
      for (const one of rows.filter((row) => row.run === run && !wasLast)) {
        one.wanted += 1;
        one.sent = 0;
      }
    },
    row,
    breakOnce() {
      broken = true;
    },
    dirty: () => answer(() => dirty(() => true)),
    dirtyOf: (run) => answer(() => dirty((one) => one.run === run)),
    subject: (run) => answer(() => subjects.get(run)),
    creating: (run, key) =>
      answer(() => {
        row(run, key).creating = true;
      }),
    sent: (run, key, githubId, sent) =>
      answer(() => {
        Object.assign(row(run, key), { githubId, sent, creating: false });
      }),
    claim: (run, key) =>
      answer(() => ({
        holder: holderOf(run, key),
        shared: ofCommit(run, key).some(
          (one) => one.run !== run && (one.githubId !== undefined || one.creating),
        ),
      })),
    yielded: (run, key, wanted) =>
      answer(() => {
        row(run, key).sent = wanted;
      }),
    refused: (run, key, reason, wanted) =>
      answer(() => {
        const one = row(run, key);
        if (one.wanted === wanted) Object.assign(one, { refused: reason, sent: wanted, creating: false });
      }),
  };
}
