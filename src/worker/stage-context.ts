import type { CommandRef, PlannedStage, StageFacts } from '../pipeline/model.js';
import type { Armed } from './arming.js';
import type { Job, Stand } from './job.js';
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

/** Facts as they become known. */
export class FactsDraft {
  #facts: StageFacts = {};
  readonly #notes: string[] = [];
  readonly #spans: Record<string, number> = {};

  set(facts: Omit<StageFacts, 'notes' | 'spans'>): void {
    this.#facts = { ...this.#facts, ...facts };
  }

  note(text: string): void {
    if (!this.#notes.includes(text)) this.#notes.push(text);
  }

  span(name: string, milliseconds: number): void {
    this.#spans[name] = (this.#spans[name] ?? 0) + milliseconds;
  }

  facts(): StageFacts {
    return {
      ...this.#facts,
      ...(this.#notes.length > 0 && { notes: [...this.#notes] }),
      ...(Object.keys(this.#spans).length > 0 && { spans: { ...this.#spans } }),
    };
  }
}

/** Lines of others into the stage's log. Nobody waits for them; what cannot be sent stops the job by itself. */
export function hearing({ log }: StageContext): (line: string) => void {
  return (line) => void log.line(line).catch(() => undefined);
}

/** Adds the time that `work` takes to the span of that name, also when it fails. */
export async function timed<T>(context: StageContext, span: string, work: Promise<T>): Promise<T> {
  const { clock } = context.job.deps;
  const begin = clock.now();
  try {
    return await work;
  } finally {
    context.facts.span(span, clock.now() - begin);
  }
}
