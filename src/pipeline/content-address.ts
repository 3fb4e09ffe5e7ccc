import type { ContainerSpec, PlannedStage, StageId, StageOptions, StageSpec } from './model.js';

/** Grows when a stage does something else with the same ingredients: older results are not found then. */
const VERSION = 2;

/** All that the result of a stage depends on. */
export interface Ingredients {
  readonly stage: Pick<PlannedStage, 'id' | 'spec' | 'options'>;
  /** Files of the commit that it depends on, with the ids that change when they do. */
  readonly files: readonly { readonly path: string; readonly id: string }[];
  /** What its images hold, by their reference. The image that the run builds is the build's address. */
  readonly images: Readonly<Record<string, string>>;
  /** Addresses of the stages that used the workspace before it, in order. */
  readonly before: readonly string[];
  /** Artifacts that it takes; no digest: that stage kept none. */
  readonly taken: readonly { readonly from: StageId; readonly digest?: string }[];
  readonly trusted: boolean;
  readonly fork: boolean;
}

/**
 * The text whose hash is the content address of a stage's result: equal for equal ingredients, in whatever order
 * their parts are named. Secrets are in it by name, never by value.
 */
export function addressText({ stage, files, images, before, taken, trusted, fork }: Ingredients): string {
  return canonicalJson({
    version: VERSION,
    id: stage.id,
    spec: definingSpec(stage.spec),
    options: definingOptions(stage.options ?? {}),
    files: [...new Map(files.map(({ path, id }) => [path, id]))].sort(byName),
    images,
    before,
    taken: taken.map(({ from, digest = '' }) => [from, digest] as const).toSorted(byName),
    trusted,
    fork,
  });
}

/** References of the images that a stage runs. */
export function imagesOf({ spec }: Pick<PlannedStage, 'spec'>): readonly string[] {
  return spec.kind === 'container' ? [spec.container, ...spec.services].map(({ image }) => image) : [];
}

function definingSpec(spec: StageSpec): unknown {
  if (spec.kind !== 'container') return spec;
  return { ...spec, container: defining(spec.container), services: spec.services.map(defining) };
}

/** How an image is fetched does not change what runs. */
function defining(spec: ContainerSpec): unknown {
  const { pull: _, authConfig: __, ...rest } = spec;
  return rest;
}

/** The others decide whether and when it runs, not what comes of it. */
function definingOptions({ artifacts, cache, checkout, reports, secrets }: StageOptions): unknown {
  return { artifacts, cache, checkout, reports, secrets: secrets?.toSorted() };
}

/** Keys in order, undefined left out. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(byName))
      : inner,
  );
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
