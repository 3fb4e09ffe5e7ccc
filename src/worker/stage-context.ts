import type { CommandRef, PlannedStage, Span, StageFacts } from '../pipeline/model.js';
import type { Job, Stand } from './job.js';
import type { Armed } from './prepared.js';
import { lasting } from './spans.js';
import type { StageLog } from './stage-log.js';
import type { StepLog } from './step-log.js';

/** What a step works with, and what it leaves for people whatever becomes of it. */
export interface StageContext {
  readonly job: Job;
  readonly stand: Stand;
  readonly stage: PlannedStage;
  readonly log: StepLog;
  /** Those of its services: they end with the stage, whatever becomes of the step. */
  readonly beside: Set<StageLog>;
  readonly facts: FactsDraft;
  /** 1 for the first. */
  readonly attempt: number;
  /** What was made ahead. */
  readonly armed: Omit<Armed, 'job'> | undefined;
  /** Names in the root of the workspace that its outputs have come to; `.` is all of it. */
  outputs: readonly string[];
  /** The stage runs, or has made what the next one is made of: the machine has time to prepare it. */
  running(): void;
  /** The command that is running. */
  command: CommandRef | undefined;
}

type Known = Omit<StageFacts, 'notes' | 'spans'>;

/** Facts as they become known. */
export class FactsDraft {
  #facts: Known = {};
  readonly #notes: string[] = [];
  readonly #spans: Span[];
  readonly #open = new Set<Omit<Span, 'ms'>>();

  /** @param earlier of the tries before: their time is the stage's too */
  constructor(earlier: readonly Span[] = []) {
    this.#spans = [...earlier];
  }

  get known(): Known {
    return this.#facts;
  }

  set(facts: Known): void {
    this.#facts = { ...this.#facts, ...facts };
  }

  note(text: string): void {
    if (!this.#notes.includes(text)) this.#notes.push(text);
  }

  begun(span: Omit<Span, 'ms'>): void {
    this.#open.add(span);
  }

  ended(span: Omit<Span, 'ms'>, at: number): void {
    if (this.#open.delete(span)) this.#spans.push(lasting(span, at));
  }

  /** What a halt did not wait for ends with its stage. */
  spans(at: number): readonly Span[] {
    return [...this.#spans, ...[...this.#open].map((span) => lasting(span, at))];
  }

  /** As they are known at that time, ms since the epoch. */
  facts(at: number): StageFacts {
    const spans = this.spans(at);
    return {
      ...this.#facts,
      ...(this.#notes.length > 0 && { notes: [...this.#notes] }),
      ...(spans.length > 0 && { spans }),
    };
  }
}

/** Lines of others into the stage's log. Nobody waits for them; what cannot be sent stops the job by itself. */
export function hearing({ log }: StageContext): (line: string) => void {
  return (line) => void log.line(line).catch(() => undefined);
}

/** Notes the time that `work` takes as a span of that name, also when it fails. */
export async function timed<T>(context: StageContext, name: string, work: Promise<T>): Promise<T> {
  const { attempt, facts, job } = context;
  const { clock } = job.deps;
  const span = { name, at: clock.now(), ...(attempt > 1 && { attempt }) };
  facts.begun(span);
  try {
    return await work;
  } finally {
    facts.ended(span, clock.now());
  }
}
