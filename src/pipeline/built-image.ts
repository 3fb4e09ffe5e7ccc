import { BUILT_IMAGE, type PlannedStage, type StageDefinition, type StageId } from './model.js';

/** A stage that makes the image of the run. */
export function isReleaseBuild({ spec }: Pick<StageDefinition, 'spec'>): boolean {
  return spec.kind === 'image_build' && spec.purpose === 'release';
}

/** A stage that cannot begin before the image is made. */
export function usesBuiltImage({ spec }: Pick<StageDefinition, 'spec'>): boolean {
  if (spec.kind === 'publish') return true;
  return (
    spec.kind === 'container' && [spec.container, ...spec.services].some(({ image }) => image === BUILT_IMAGE)
  );
}

/** Which image is meant in a job that makes none, by who builds it; several of a matrix are none. */
export type ImageSource =
  | { readonly kind: 'own' | 'none' }
  | { readonly kind: 'other'; readonly build: StageId }
  | { readonly kind: 'ambiguous'; readonly builds: readonly StageId[] };

/** Where the stages of a job find the image: as in one job, the last build counts. */
export function imageSource(all: readonly PlannedStage[], job: readonly StageId[]): ImageSource {
  const builds = all.filter((stage) => isReleaseBuild(stage) && stage.skip === undefined);
  const last = builds.at(-1);
  if (last === undefined) return { kind: 'none' };
  if (builds.some(({ id }) => job.includes(id))) return { kind: 'own' };
  return last.cell === undefined
    ? { kind: 'other', build: last.id }
    : { kind: 'ambiguous', builds: builds.map(({ id }) => id) };
}
