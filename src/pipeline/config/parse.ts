import type { Issue } from '../model.js';
import { error, type Problem, START, toIssues } from './issues.js';
import { NOTHING, type Pipeline, readPipeline } from './pipeline.js';
import { readSource, reliable, TOO_LARGE } from './source.js';
import { define } from './stage.js';

/**
 * A caicloud.yml as it was understood. With an error among the issues: what could be understood, to
 * be shown and not to be run.
 */
export interface Config extends Pipeline {
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
  const pipeline =
    source === undefined ? NOTHING : readPipeline(source.root, reliable(source.guessedFrom, report));
  return { ...pipeline, issues: toIssues(problems) };
}

/** A file that is not even fetched, because of its size. */
export function tooLargeConfig(): Config {
  return { ...NOTHING, issues: toIssues([TOO_LARGE]) };
}

/** A file over which we broke. */
export function brokenConfig(): Config {
  const message = 'Cyclone could not plan this file: a fault of Cyclone, and not of the file';
  return {
    ...NOTHING,
    issues: toIssues([error('internal', START, message, "the server's log has the cause")]),
  };
}

/** What a repository runs that has a Dockerfile in its root and no caicloud.yml. */
export function dockerfileOnly(): Config {
  const definitions = [
    define(
      { stage: 'build', id: 'build', at: START },
      { kind: 'image_build', contextDir: '.', dockerfileName: 'Dockerfile', purpose: 'release', outputs: [] },
    ),
    define({ stage: 'publish', id: 'publish', at: START }, { kind: 'publish' }),
  ];
  return { ...NOTHING, definitions, issues: [] };
}
