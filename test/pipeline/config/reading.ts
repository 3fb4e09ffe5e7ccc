import { parseConfig } from '../../../src/pipeline/config/parse.js';
import type { ContainerStage, Issue, StageDefinition, StageSpec } from '../../../src/pipeline/model.js';

/** `2:3 warning unknown-key` for each issue: what tests assert; the words are for people. */
export function problemsOf(text: string): string[] {
  return parseConfig(text).issues.map(briefly);
}

export function briefly(issue: Issue): string {
  return `${issue.line}:${issue.column} ${issue.severity} ${issue.code}`;
}

/** The stages of a file that must be without errors. */
export function stagesOf(text: string): readonly StageDefinition[] {
  const { definitions, issues } = parseConfig(text);
  const errors = issues.filter((issue) => issue.severity === 'error');
  if (errors.length > 0)
    throw new Error(errors.map((issue) => `${briefly(issue)} ${issue.message}`).join('\n'));
  return definitions;
}

export function specOf(text: string, id: string): StageSpec {
  const stage = stagesOf(text).find((definition) => definition.id === id);
  if (stage === undefined) throw new Error(`there is no stage ${id}`);
  return stage.spec;
}

export function containerOf(text: string, id: string): ContainerStage {
  const spec = specOf(text, id);
  if (spec.kind !== 'container') throw new Error(`${id} is a ${spec.kind}`);
  return spec;
}
