import { count } from '../../pipeline/measures.js';
import type { StageProgress } from '../../pipeline/model.js';
import { stageTitle } from '../../pipeline/wording.js';
import type { RunRecord } from '../../runs/ports.js';
import type { Command } from './command.js';
import { someLines } from './some-lines.js';

export const status: Command = {
  name: 'status',
  needs: 'read',
  usage: '',
  about: 'says how far the newest run is',
  async run({ ask, enquiries }) {
    const record = await enquiries.ofPull(ask.repository, ask.pull);
    const words =
      record === undefined ? 'Nothing has run for the head of this pull request.' : statusOf(record);
    return { kind: 'answered', words };
  },
};

function statusOf({ id, trigger, progress }: RunRecord): string {
  const { run, stages } = progress;
  const done = stages.filter(({ state }) => state.status === 'completed').length;
  const how =
    run.status === 'completed'
      ? `${run.conclusion}: ${run.reason}`
      : `${run.status}, ${String(done)} of ${count(stages.length, 'stage')} done`;
  return [`Run ${String(id)} of ${trigger.sha.slice(0, 7)} · ${how}`, ...someLines(stages.map(line))].join(
    '\n',
  );
}

function line({ id, state }: StageProgress): string {
  return `${id}: ${stageTitle(state)}`;
}
