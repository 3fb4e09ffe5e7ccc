import type { StageDefinition, StageSpec } from '../model.js';
import type { PlacedText } from './forms.js';
import { error, type Report, type Span } from './issues.js';
import { refuseMisplaced } from './misplaced.js';
import { readOptions, type StageKeys } from './options.js';
import type { MapNode } from './tree.js';

/** A section, one of its named parts, or a stage of one's own: what becomes one stage. */
export interface Part {
  /** A name of the chain, or the own one. */
  readonly stage: string;
  readonly part?: string;
  /** `pre_build`, `pre_build:api`, `lint`. */
  readonly id: string;
  readonly at: Span;
  readonly map: MapNode;
}

export type PartHead = Omit<Part, 'map'>;

/** A stage with the places that are needed to check it against the others. */
export interface ReadStage {
  readonly definition: StageDefinition;
  readonly at: Span;
  /** Undefined: it waits for what comes before it in the chain. */
  readonly needs?: readonly PlacedText[];
}

export function whole(stage: string, at: Span, map: MapNode): Part {
  return { stage, id: stage, at, map };
}

export function define({ id, stage, part, at }: PartHead, spec: StageSpec): StageDefinition {
  return { id, name: stage, ...(part === undefined ? {} : { part }), spec, line: at.line, column: at.column };
}

/** A stage with what its keys add to it. */
export function defineStage(part: PartHead, spec: StageSpec, keys: StageKeys, report: Report): ReadStage {
  refuseMisplaced(spec, keys, report);
  const options = readOptions(keys, spec.kind === 'deploy', report);
  if (spec.kind !== 'container' && keys.secrets !== undefined) {
    const message = `${part.id} runs no container of its own: nothing would get its secrets`;
    report(error('misplaced-key', keys.secrets.keyAt, message, 'move secrets to a stage with commands'));
  }
  const definition = define(part, spec);
  return {
    definition: options === undefined ? definition : { ...definition, options },
    at: part.at,
    ...(keys.needs === undefined ? {} : { needs: keys.needs.value }),
  };
}
