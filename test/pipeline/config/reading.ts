import { type Config, parseConfig } from '../../../src/pipeline/config/parse.js';
import type {
  ContainerStage,
  Issue,
  StageDefinition,
  StageOptions,
  StageSpec,
} from '../../../src/pipeline/model.js';

/**
 * `2:3 warning unknown-key` for each issue: what tests assert; the words are for people. That a key is
 * not carried out yet is no matter of how it is read.
 */
export function problemsOf(text: string): string[] {
  return issuesOf(text).map(briefly);
}

/** The issues that are not about what is carried out yet. */
export function issuesOf(text: string): readonly Issue[] {
  return parseConfig(text).issues.filter(({ code }) => code !== 'not-supported-yet');
}

export function briefly(issue: Issue): string {
  return `${issue.line}:${issue.column} ${issue.severity} ${issue.code}`;
}

/** The stages of a file that must be without errors. */
export function stagesOf(text: string): readonly StageDefinition[] {
  return configOf(text).definitions;
}

/** A file that must be without errors. */
export function configOf(text: string): Config {
  const errors = issuesOf(text).filter((issue) => issue.severity === 'error');
  if (errors.length > 0)
    throw new Error(errors.map((issue) => `${briefly(issue)} ${issue.message}`).join('\n'));
  return parseConfig(text);
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

/** What the file adds to a stage. */
export function optionsOf(text: string, id: string): StageOptions | undefined {
  return stagesOf(text).find((definition) => definition.id === id)?.options;
}
