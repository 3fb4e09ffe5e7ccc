import type { PlannedStage, StageId } from '../pipeline/model.js';
import { idlePatterns } from '../pipeline/path-patterns.js';
import { type AddressSource, createAddresses } from './address.js';
import {
  CheckoutFailed,
  type Depot,
  DepotUnavailable,
  type Engine,
  EngineRefused,
  type FoundResult,
  type ImageInfo,
} from './ports.js';
import { isReleaseBuild } from './resume.js';

/** Whether a stage with `inputs` has to run; the notes are for people. */
export type Decision = { readonly notes: readonly string[] } & (
  | { readonly kind: 'run'; readonly address?: string }
  /** `image`: of a build, and still on this machine. */
  | { readonly kind: 'reuse'; readonly found: FoundResult; readonly image?: ImageInfo }
);

export interface Reuse {
  /** Decided once, and before the stage's turn where it is asked. */
  decide(stage: PlannedStage): Promise<Decision>;
  /** Results that were used again and that no stage has needed the files of until now, in order. */
  readonly owed: { from: StageId; digest: string }[];
  /** A stage failed in this workspace and was allowed to: what comes of it is no result of its ingredients. */
  halfMade: boolean;
}

export interface ReuseSource extends AddressSource {
  readonly depot: Depot;
  readonly engine: Pick<Engine, 'image'>;
  readonly signal: AbortSignal;
}

export function createReuse(source: ReuseSource): Reuse {
  const addressOf = createAddresses(source);
  const { depot, engine, lease, signal } = source;
  const decided = new Map<StageId, Promise<Decision>>();

  const decideOn = async (stage: PlannedStage): Promise<Decision> => {
    const notes: string[] = [];
    let address: string | undefined;
    try {
      notes.push(...(await idleInputs(stage, source)));
      address = await addressOf(stage);
      const found = await depot.findResult(lease.run, address, signal);
      // A result of this very run is made again for a reason: what it left is gone.
      if (found !== undefined && found.run !== lease.run) {
        if (!isReleaseBuild(stage)) return { kind: 'reuse', found, notes };
        const image = await engine.image(found.facts.imageDigest ?? '');
        if (image !== undefined) return { kind: 'reuse', found, image, notes };
        notes.push(`built again: the image of run ${found.run} is not on this machine any more`);
      }
    } catch (error) {
      if (!isTold(error)) throw error;
      notes.push(`whether its inputs changed is not known, so it ran: ${error.message}`);
    }
    return { kind: 'run', notes, ...(address !== undefined && { address }) };
  };

  return {
    owed: owedOf(lease),
    halfMade: lease.done.some(
      ({ stage, outcome }) => outcome.kind === 'neutral' && lease.job.stages.includes(stage),
    ),
    decide(stage) {
      const decision = decided.get(stage.id) ?? decideOn(stage);
      decided.set(stage.id, decision);
      // Its stage may never be reached; when it is, it is told.
      decision.catch(() => undefined);
      return decision;
    },
  };
}

/** An earlier owner may have ended before anything needed the files that it used again. */
function owedOf({ done, job, plan }: AddressSource['lease']): { from: StageId; digest: string }[] {
  const owed: { from: StageId; digest: string }[] = [];
  for (const id of job.stages) {
    const facts = done.find(({ stage }) => stage === id)?.facts;
    if (facts?.reusedFrom !== undefined && facts.result !== undefined) {
      owed.push({ from: id, digest: facts.result.digest });
    } else if (
      facts !== undefined &&
      plan.stages.find((stage) => stage.id === id)?.spec.kind === 'container'
    ) {
      // It ran, and had them.
      owed.length = 0;
    }
  }
  return owed;
}

/** A misspelled pattern would make a result last for ever. */
async function idleInputs({ options }: PlannedStage, { tree }: AddressSource): Promise<readonly string[]> {
  const files = (await tree()).map(({ path }) => path);
  const idle = idlePatterns(options?.inputs ?? [], files);
  return idle.map((pattern) => `inputs: no file of the commit is ${pattern}`);
}

/** What the stage itself will say better when it runs, or can do without. */
function isTold(error: unknown): error is Error {
  return (
    error instanceof DepotUnavailable || error instanceof CheckoutFailed || error instanceof EngineRefused
  );
}
