import { styleText } from 'node:util';
import { count } from '../pipeline/measures.js';
import type { Plan, PlannedStage, StageId } from '../pipeline/model.js';
import { inStartingOrder } from '../pipeline/needs-first.js';
import { byMatrix, namesOf } from '../pipeline/wording.js';
import { type Trial, trialWords } from './trial.js';

/** Cells that are listed one by one; of more, the first ones. */
const MAX_CELLS = 12;

/** Wider, and what a line says of its stage is out of sight. */
const MAX_WIDTH = 40;

/**
 * A plan in lines, a block for each workspace, in an order in which they can run:
 *
 *     Plan for the tag v1.0.0: 6 of 7 stages run, in 4 jobs
 *
 *     chain
 *       build
 *       publish         after test (2 cells)
 *     lint
 *       lint            may fail
 *     test              2 cells
 *       test (node=20)  after lint
 *       test (node=22)  after lint
 *
 *     left out
 *       deploy          runs on branch main; this is tag v1.0.0
 */
export function planText(plan: Plan, trial: Trial, colour: boolean): string {
  if (plan.skip !== undefined) return `Plan for ${trialWords(trial)}: nothing runs: ${plan.skip.message}`;
  const paint = (style: 'dim' | 'bold', text: string): string =>
    colour ? styleText(style, text, { validateStream: false }) : text;
  const stages = new Map(plan.stages.map((stage) => [stage.id, stage]));
  const width = Math.min(MAX_WIDTH, Math.max(0, ...plan.stages.map(({ id }) => id.length))) + 2;
  const line = (id: StageId, note: string): string =>
    `  ${note === '' ? id : `${id.padEnd(width)}${paint('dim', note)}`}`;
  const head = (name: string, note: string): string =>
    note === '' ? paint('bold', name) : `${paint('bold', name.padEnd(width + 2))}${paint('dim', note)}`;
  const blocks = blocksOf(plan).flatMap(({ name, ids, isMatrix }) => [
    head(name, isMatrix ? count(ids.length, 'cell') : ''),
    ...ids.slice(0, isMatrix ? MAX_CELLS : undefined).map((id) => line(id, noteOf(stages.get(id)))),
    ...(isMatrix && ids.length > MAX_CELLS ? [`  … and ${ids.length - MAX_CELLS} more`] : []),
  ]);
  const left = plan.stages.flatMap(({ id, skip }) => (skip === undefined ? [] : [line(id, skip.message)]));
  const running = plan.stages.length - left.length;
  return [
    `Plan for ${trialWords(trial)}: ${running} of ${count(plan.stages.length, 'stage')} ${plan.stages.length === 1 ? 'runs' : 'run'}, in ${count(plan.jobs.length, 'job')}`,
    ...(running > 0 ? [''] : []),
    ...blocks,
    ...(left.length > 0 ? ['', paint('bold', 'left out'), ...left] : []),
  ].join('\n');
}

interface Block {
  readonly name: string;
  readonly ids: readonly StageId[];
  readonly isMatrix: boolean;
}

/** A job each; those of one matrix together. */
function blocksOf({ jobs, stages }: Plan): readonly Block[] {
  const cells = new Set(stages.flatMap(({ id, cell }) => (cell === undefined ? [] : [id])));
  const matrices = byMatrix([...cells]);
  const blocks = new Map<string, Block>();
  for (const { id, stages: ids } of inStartingOrder(jobs)) {
    const [first = ''] = ids;
    const name = first.split(' (', 1)[0] ?? first;
    if (!cells.has(first)) blocks.set(`job ${id}`, { name: id, ids, isMatrix: false });
    else blocks.set(`matrix ${name}`, { name, ids: matrices.get(name) ?? ids, isMatrix: true });
  }
  return [...blocks.values()];
}

function noteOf(stage: PlannedStage | undefined): string {
  const { waitsFor = [], options, refusals = [] } = stage ?? {};
  return [
    ...(waitsFor.length > 0 ? [`after ${namesOf(waitsFor)}`] : []),
    ...(options?.allowFailure === true ? ['may fail'] : []),
    ...(options?.runsOn?.length ? [`on a worker with ${options.runsOn.join(', ')}`] : []),
    ...(options?.concurrency === undefined ? [] : [`one at a time in ${options.concurrency}`]),
    ...(options?.cache?.length ? [`cache ${options.cache.map(({ key }) => key).join(', ')}`] : []),
    ...(options?.inputs?.length ? [`reused while ${options.inputs.join(', ')} stay as they are`] : []),
    ...(refusals.length > 0 ? [`fails: ${refusals.join('; ')}`] : []),
  ].join('; ');
}
