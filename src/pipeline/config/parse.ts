import type { Issue, StageDefinition } from '../model.js';
import { type Problem, toIssues } from './issues.js';
import { define } from './parts.js';
import { readPipeline } from './pipeline.js';
import { readSource, reliable } from './source.js';

/** A caicloud.yml as it was understood. */
export interface Config {
  /**
   * Stages in the order in which they run; parts in the order of the file.
   * With an error among the issues: what could be understood, to be shown and not to be run.
   */
  readonly definitions: readonly StageDefinition[];
  /** All mistakes, in the order of the file. An error means that the file must not run. */
  readonly issues: readonly Issue[];
}

/**
 * Reads a caicloud.yml. Never throws: what is wrong with any text, YAML or not, is an issue.
 * A warning never stops a file that Cyclone v0.2 would have run.
 */
export function parseConfig(text: string): Config {
  const problems: Problem[] = [];
  const report = (problem: Problem): void => void problems.push(problem);
  const source = readSource(text, report);
  const definitions =
    source === undefined ? [] : readPipeline(source.root, reliable(source.guessedFrom, report));
  return { definitions, issues: toIssues(problems) };
}

/** What a repository runs that has a Dockerfile in its root and no caicloud.yml. */
export function dockerfileOnly(): readonly StageDefinition[] {
  const at = { line: 1, column: 1, endLine: 1, endColumn: 1 };
  return [
    define(
      { stage: 'build', id: 'build', at },
      { kind: 'image_build', contextDir: '.', dockerfileName: 'Dockerfile', purpose: 'release', outputs: [] },
    ),
    define({ stage: 'publish', id: 'publish', at }, { kind: 'publish' }),
  ];
}
