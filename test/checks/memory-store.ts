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
  row(run: number, key: CheckKey): Row;
  /** The next call rejects. */
  breakOnce(): void;
}

export function memoryStore(): MemoryStore {
  const subjects = new Map<number, CheckSubject>();
  const rows: Row[] = [];
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
    refused: (run, key, reason) =>
      answer(() => {
        const one = row(run, key);
        Object.assign(one, { refused: reason, sent: one.wanted, creating: false });
      }),
  };
}
