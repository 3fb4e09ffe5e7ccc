import type { KeptFiles, Outcome } from '../pipeline/model.js';
import { layOutKept, putKept, selectKept } from './kept-files.js';
import { DepotUnavailable } from './ports.js';
import { literalPattern } from './selection.js';
import { type StageContext, timed } from './stage-context.js';
import { StageFailed } from './stage-failed.js';

/** Lays out the artifacts of the stages that this one needs. @throws StageFailed, DepotUnavailable */
export async function layOutHanded(context: StageContext): Promise<void> {
  const handed = context.job.lease.handed?.[context.stage.id] ?? [];
  for (const kept of handed) await timed(context, 'artifacts', layOutKept(context, kept));
}

/** Keeps the artifacts of a stage that passed. @throws StageFailed `output` when one is missing; DepotUnavailable */
export async function keepArtifacts(context: StageContext): Promise<void> {
  const artifacts = context.stage.options?.artifacts ?? [];
  if (artifacts.length === 0) return;
  const selection = await selectKept(context, artifacts);
  if (selection.missing.length > 0) {
    const verb = selection.missing.length === 1 ? 'does' : 'do';
    throw new StageFailed('output', `artifact ${selection.missing.join(', ')} ${verb} not exist`);
  }
  context.facts.set({ artifacts: await timed(context, 'artifacts', putKept(context, selection)) });
}

/** Keeps what is there of the artifacts of a stage that failed: nothing of this makes it fail otherwise. */
export async function keepLeftArtifacts(context: StageContext, outcome: Outcome): Promise<void> {
  const { stage, facts, job } = context;
  const artifacts = stage.options?.artifacts ?? [];
  if (artifacts.length === 0) return;
  try {
    const selection = await selectKept(context, artifacts);
    if (selection.entries.length === 0) return;
    facts.set({ artifacts: await timed(context, 'artifacts', putKept(context, selection)) });
  } catch (error) {
    if (error instanceof StageFailed || error instanceof DepotUnavailable) {
      // It may be the very reason why the stage failed.
      const isSaid = outcome.kind === 'failed' && outcome.failure.message === error.message;
      if (!isSaid) facts.note(error.message);
    } else job.deps.logger.error({ err: error, run: job.lease.run, stage: stage.id }, 'artifacts not kept');
  }
}

/** Keeps what a stage whose result may be used again left for others. @throws StageFailed `output`, DepotUnavailable */
export async function keepResult(context: StageContext): Promise<void> {
  const { stage, facts, outputs } = context;
  const artifacts = stage.options?.artifacts ?? [];
  if (artifacts.length === 0 && outputs.length === 0) return;
  const only = outputs.length === 0 ? facts.known.artifacts : undefined;
  facts.set({ result: only ?? (await timed(context, 'artifacts', keepTogether(context))) });
}

async function keepTogether(context: StageContext): Promise<KeptFiles> {
  const names = context.outputs.map((name) => (name === '.' ? name : literalPattern(name)));
  const patterns = [...(context.stage.options?.artifacts ?? []), ...names];
  // Outputs come with all of their links when they are copied, too.
  return await putKept(context, await selectKept(context, patterns, { allLinks: true }));
}
