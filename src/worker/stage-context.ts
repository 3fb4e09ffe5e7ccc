import type { CommandRef, PlannedStage, Span, StageFacts } from '../pipeline/model.js';
import type { Job, Stand } from './job.js';
import type { Prepared } from './prepared.js';
import { measured } from './spans.js';
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
  /** The container that was made ahead, if it could be. */
  readonly armed: Promise<Prepared | undefined> | undefined;
  /** Names in the root of the workspace that its outputs have come to; `.` is all of it. */
  outputs: readonly string[];
  /** The stage runs: the machine has time to prepare the next one. */
  running(): void;
  /** The command that is running. */
  command: CommandRef | undefined;
}

/** Facts as they become known. */
export class FactsDraft {
  #facts: StageFacts = {};
  readonly #notes: string[] = [];
  readonly #spans: Span[];

  /** @param earlier of the tries before: their time is the stage's too */
  constructor(earlier: readonly Span[] = []) {
    this.#spans = [...earlier];
  }

  set(facts: Omit<StageFacts, 'notes' | 'spans'>): void {
    this.#facts = { ...this.#facts, ...facts };
  }

  note(text: string): void {
    if (!this.#notes.includes(text)) this.#notes.push(text);
  }

  span(span: Span): void {
    this.#spans.push(span);
  }

  spans(): readonly Span[] {
    return this.#spans;
  }

  facts(): StageFacts {
    return {
      ...this.#facts,
      ...(this.#notes.length > 0 && { notes: [...this.#notes] }),
      ...(this.#spans.length > 0 && { spans: [...this.#spans] }),
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
  const note = (span: Span): void => facts.span({ ...span, ...(attempt > 1 && { attempt }) });
  return await measured(job.deps.clock, note, { name }, work);
}
