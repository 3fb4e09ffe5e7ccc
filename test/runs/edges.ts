import type { Repository, WorkerEvent } from '../../src/pipeline/model.js';
import {
  type Cancellations,
  type CloneTokens,
  type Fences,
  FileTooLarge,
  type Incoming,
  type IntakeQueue,
  type JobQueue,
  type Logger,
  type LogNotes,
  type Newest,
  type PullRequest,
  type PullRequests,
  type ReportedEvents,
  type RepositoryFiles,
  type RepositoryHistory,
  type Schedule,
  type Schedules,
  type WorkerPresence,
} from '../../src/runs/ports.js';

/** The process ends here: nothing after it is done. */
export class Death extends Error {
  override readonly name = 'Death';
}

type QueueState = 'waiting' | 'completed' | 'failed';

/** Like BullMQ: an entry that is or was there is not added again. */
export class Queue implements JobQueue {
  readonly entries = new Map<string, QueueState>();
  /** Entries that a worker holds. */
  readonly inHand = new Set<string>();
  /** The next call dies, before or after its work. */
  dies: 'before' | 'after' | undefined;

  async enqueue(run: number, job: string, attempt: number, labels?: readonly string[]): Promise<void> {
    const dies = this.dies;
    this.dies = undefined;
    if (dies === 'before') throw new Death('enqueue');
    const id = entry(run, job, attempt, labels);
    if (!this.entries.has(id)) this.entries.set(id, 'waiting');
    await Promise.resolve();
    if (dies === 'after') throw new Death('enqueue');
  }

  state(
    run: number,
    job: string,
    attempt: number,
    labels?: readonly string[],
  ): Promise<'alive' | 'failed' | 'gone'> {
    const state = this.entries.get(entry(run, job, attempt, labels));
    if (state === 'waiting') return Promise.resolve('alive');
    return Promise.resolve(state === 'failed' ? 'failed' : 'gone');
  }

  withdraw(run: number, job: string, attempt: number, labels?: readonly string[]): Promise<boolean> {
    const id = entry(run, job, attempt, labels);
    const isWaiting = this.entries.get(id) === 'waiting' && !this.inHand.has(id);
    if (isWaiting) this.entries.delete(id);
    return Promise.resolve(isWaiting);
  }

  waiting(): readonly string[] {
    return [...this.entries].filter(([, state]) => state === 'waiting').map(([id]) => id);
  }
}

/** Jobs with labels have queues of their own: the same attempt is another entry there. */
export const entry = (run: number, job: string, attempt: number, labels: readonly string[] = []): string =>
  [`${String(run)}/${job}/${String(attempt)}`, ...labels].join('+');

/** The workers that are there, by their labels. */
export class Workers implements WorkerPresence {
  there: readonly (readonly string[])[] = [];

  labels(): Promise<readonly ReadonlySet<string>[]> {
    return Promise.resolve(this.there.map((labels) => new Set(labels)));
  }
}

/** Fences and the stream behind them, as Redis keeps them: an older owner's word is refused. */
export class Stream implements Fences, ReportedEvents {
  /** Called in the middle of these two, for what others do at that moment. */
  meanwhile: { raise?: () => void; settled?: () => void } = {};
  /** Where the server applies what it reads. */
  apply: (events: readonly WorkerEvent[]) => Promise<void> = () => Promise.resolve();
  readonly #fences = new Map<string, number>();
  #unread: WorkerEvent[] = [];

  raise(run: number, job: string, atLeast: number): Promise<number> {
    this.meanwhile.raise?.();
    const key = `${String(run)}/${job}`;
    const fence = Math.max(this.#fences.get(key) ?? 0, atLeast) + 1;
    this.#fences.set(key, fence);
    return Promise.resolve(fence);
  }

  async settled(): Promise<void> {
    this.meanwhile.settled?.();
    await this.apply(this.#unread.splice(0));
  }

  /** @returns whether it was taken */
  report(...events: readonly WorkerEvent[]): boolean {
    const taken = events.filter(({ run, job, fence }) => this.#fences.get(`${String(run)}/${job}`) === fence);
    this.#unread.push(...taken);
    return taken.length === events.length;
  }
}

/** In the place of a content that GitHub does not give. */
export const TOO_LARGE = Symbol('too large');

/** A repository's files on GitHub, at any commit. */
export class Files implements RepositoryFiles, CloneTokens {
  readonly files = new Map<string, string | typeof TOO_LARGE>();
  /** GitHub does not answer. */
  away = false;

  async readFile(_: Repository, __: string, path: string): Promise<string | undefined> {
    await this.#asked();
    const file = this.files.get(path);
    if (file === TOO_LARGE) throw new FileTooLarge(path);
    return file;
  }

  async exists(_: Repository, __: string, path: string): Promise<boolean> {
    await this.#asked();
    return this.files.has(path);
  }

  async cloneToken({ owner, name }: Repository, refused?: string): Promise<string> {
    await this.#asked();
    return `ghs_${owner}_${name}${refused === undefined ? '' : `_not_${refused}`}`;
  }

  async #asked(): Promise<void> {
    await Promise.resolve();
    if (this.away) throw new Error('502 of GitHub');
  }
}

/** What GitHub knows of branches and of what lies between commits. */
export class History implements RepositoryHistory {
  /** By branch; one that is not here is gone. */
  readonly heads = new Map<string, { readonly sha: string; readonly message: string }>();
  /** Of commits, by sha. */
  readonly messages = new Map<string, string>();
  /** The repository as it is now; undefined: as it was asked for. */
  now: Repository | 'gone' | undefined;
  /** By `base...head`; one that is not here cannot be told. */
  readonly comparisons = new Map<string, readonly string[]>();
  /** What was asked for, in order. */
  readonly asked: string[] = [];
  away = false;

  async newest(repository: Repository, wanted: string | undefined): Promise<Newest> {
    await this.#answers(`newest ${wanted ?? ''}`.trim());
    if (this.now === 'gone') return { kind: 'no_repository' };
    const now = this.now ?? repository;
    const branch = wanted ?? now.defaultBranch;
    const head = this.heads.get(branch);
    return head === undefined
      ? { kind: 'no_branch', branch }
      : { kind: 'commit', repository: now, branch, ...head };
  }

  async changed(_: Repository, base: string, head: string): Promise<readonly string[] | undefined> {
    await this.#answers(`${base}...${head}`);
    return this.comparisons.get(`${base}...${head}`);
  }

  async commit(_: Repository, ref: string): Promise<{ sha: string; message: string } | undefined> {
    await this.#answers(`commit ${ref}`);
    const head = this.heads.get(ref.replace(/^refs\/(?:heads|tags)\//, ''));
    return (
      head ??
      (/^[0-9a-f]{40}$/.test(ref) ? { sha: ref, message: this.messages.get(ref) ?? 'a change' } : undefined)
    );
  }

  async #answers(question: string): Promise<void> {
    this.asked.push(question);
    await Promise.resolve();
    if (this.away) throw new Error('502 of GitHub');
  }
}

/** Pull requests as GitHub has them now. */
export class Pulls implements PullRequests {
  readonly pulls = new Map<number, PullRequest>();
  /** What was asked for, in order. */
  readonly asked: string[] = [];

  put(pull: Partial<PullRequest> & Pick<PullRequest, 'number' | 'sha'>): void {
    this.pulls.set(pull.number, {
      state: 'open',
      draft: false,
      headRef: 'feature',
      base: 'main',
      fork: false,
      title: 'A feature',
      author: 'alice',
      association: 'NONE',
      ...pull,
    });
  }

  openFor(_: Repository, branch: string): Promise<PullRequest | undefined> {
    this.asked.push(`for ${branch}`);
    const all = [...this.pulls.values()].toReversed();
    return Promise.resolve(
      all.find(({ state, fork, headRef }) => state === 'open' && !fork && headRef === branch),
    );
  }

  get(_: Repository, number: number): Promise<PullRequest | undefined> {
    this.asked.push(String(number));
    return Promise.resolve(this.pulls.get(number));
  }
}

/** What is written to be carried out later. */
export class Mailbox implements IntakeQueue {
  readonly written: Incoming[] = [];

  add(incoming: Incoming): Promise<void> {
    this.written.push(incoming);
    return Promise.resolve();
  }
}

/** Lines of ours in logs: `1/pre_build#2 — run again by alice —`. */
export class Notes implements LogNotes {
  readonly lines = new Set<string>();

  note(run: number, stage: string, fence: number, line: string): Promise<void> {
    this.lines.add(`${String(run)}/${stage}#${String(fence)} ${line}`);
    return Promise.resolve();
  }
}

/** The clock's queue. */
export class Timetable implements Schedules {
  readonly kept = new Map<
    number,
    { readonly repository: Repository; readonly schedules: readonly Schedule[] }
  >();

  has(repository: Repository, schedules: readonly Schedule[]): Promise<boolean> {
    const kept = this.kept.get(repository.id) ?? { repository, schedules: [] };
    const same = JSON.stringify(kept.schedules) === JSON.stringify(schedules);
    return Promise.resolve(same && (schedules.length === 0 || kept.repository.name === repository.name));
  }

  set(repository: Repository, schedules: readonly Schedule[]): Promise<void> {
    this.kept.set(repository.id, { repository, schedules });
    return Promise.resolve();
  }
}

/** The workers' ears. */
export class Messages implements Cancellations {
  readonly cancelled: { readonly run: number; readonly by: string }[] = [];

  cancel(run: number, by: string): Promise<void> {
    this.cancelled.push({ run, by });
    return Promise.resolve();
  }
}

/** A log that keeps the messages; the process may die as one is written. */
export class Log implements Logger {
  readonly messages: string[] = [];
  diesAt: string | undefined;

  debug(_: object, message: string): void {
    this.#write(message);
  }
  info(_: object, message: string): void {
    this.#write(message);
  }
  warn(_: object, message: string): void {
    this.#write(message);
  }
  error(_: object, message: string): void {
    this.#write(message);
  }

  #write(message: string): void {
    this.messages.push(message);
    if (message === this.diesAt) throw new Death(message);
  }
}
