import type { StageId } from '../pipeline/model.js';
import type { Lease } from './ports.js';
import type { Walk } from './resume.js';

/** What people should know of a stage that an owner walks who is not the job's first: in what it runs, and after what. */
export function walkNotes({ begun }: Pick<Lease, 'begun'>, walk: Walk, stage: StageId): readonly string[] {
  const { again, fresh, onWhatWasLeft } = walk;
  if (again.includes(stage)) {
    return [
      fresh
        ? 'ran again: the workspace of the earlier run of this stage is gone'
        : 'ran again: its image is gone',
    ];
  }
  const isFirst = walk.stages.find(({ id }) => !again.includes(id))?.id === stage;
  return [
    // A stage that had passed is not news: the checks of these say nothing of it.
    ...(isFirst && again.length > 0
      ? [
          `the ${fresh ? 'workspace' : 'image'} that the last try left is gone: ${again.join(', ')} ran again before it`,
        ]
      : []),
    ...(stage === onWhatWasLeft ? ['ran again in the workspace that the last try left'] : []),
    ...(begun === stage && !fresh
      ? ['an earlier worker was lost in this stage; it ran again in the workspace as it was left']
      : []),
  ];
}
