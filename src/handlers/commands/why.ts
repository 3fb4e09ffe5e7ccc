import type { StageId } from '../../pipeline/model.js';
import type { Enquiries } from '../../runs/operations.js';
import type { RunRecord } from '../../runs/ports.js';
import { stagesNamed } from '../../runs/stages-named.js';
import type { Command } from './command.js';
import { someLines } from './some-lines.js';
import { stageArgs } from './stage-args.js';

export const why: Command = {
  name: 'why',
  needs: 'read',
  usage: '<stage>',
  about: 'says why a stage ran, waits, was skipped, cancelled or reused',
  async run({ ask, args, enquiries }) {
    const record = await enquiries.ofPull(ask.repository, ask.pull);
    if (record === undefined) {
      return { kind: 'refused', words: 'Nothing has run for the head of this pull request.' };
    }
    if (record.plan.stages.length === 0) {
      // Nothing was planned, and that has one reason.
      return { kind: 'answered', words: enquiries.why(record, '') ?? NOBODY_KNOWS };
    }
    if (args.length === 0) {
      return { kind: 'refused', words: `Which stage? There are ${namesOf(record).join(', ')}.` };
    }
    const found = stagesNamed(record.plan, stageArgs(args));
    return typeof found === 'string'
      ? { kind: 'refused', words: sentence(found) }
      : { kind: 'answered', words: reasons(record, found, enquiries) };
  },
};

const NOBODY_KNOWS = 'Nobody knows why.';

function reasons(record: RunRecord, stages: readonly StageId[], enquiries: Enquiries): string {
  const lines = stages.map((stage) => `${stage}: ${enquiries.why(record, stage) ?? NOBODY_KNOWS}`);
  return someLines(lines).join('\n');
}

function namesOf({ plan }: RunRecord): readonly string[] {
  return [...new Set(plan.stages.map(({ name }) => name))];
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1).replace(/(?<![.?])$/, '.')}`;
}
