import { createHash } from 'node:crypto';
import path from 'node:path';
import { addressText, canonicalJson, imagesOf } from '../pipeline/content-address.js';
import {
  BUILT_IMAGE,
  type ImageBuildStage,
  type PlannedStage,
  type StageId,
  type StageSpec,
} from '../pipeline/model.js';
import { compilePathPatterns } from '../pipeline/path-patterns.js';
import type { Images } from './images.js';
import type { Lease, TreeFile } from './ports.js';
import { isReleaseBuild, jobStages, needsWorkspace } from './resume.js';

export interface AddressSource {
  readonly lease: Lease;
  readonly images: Pick<Images, 'get'>;
  readonly tree: () => Promise<readonly TreeFile[]>;
}

/** The content address of a stage's result. A stage without `inputs` has one too: it depends on all files. */
export type AddressOf = (stage: PlannedStage) => Promise<string>;

/** Works out each address once. @throws CheckoutFailed; what pulling an image throws */
export function createAddresses({ lease, images, tree }: AddressSource): AddressOf {
  const known = new Map<StageId, Promise<string>>();
  const stages = jobStages(lease);

  const work = async (stage: PlannedStage): Promise<string> => {
    const before = stages.slice(0, stages.indexOf(stage)).filter(needsWorkspace);
    const [files, held, ...addresses] = await Promise.all([
      filesOf(stage),
      imageIds(stage, before),
      ...before.map((one) => addressOf(one)),
    ]);
    const text = addressText({
      stage,
      files,
      images: held,
      before: addresses,
      taken: takenBy(stage),
      trusted: lease.trusted,
      fork: lease.trigger.fork,
    });
    return `sha256:${sha256(text)}`;
  };

  const filesOf = async ({ spec, options }: PlannedStage): Promise<readonly TreeFile[]> =>
    options?.inputs === undefined ? await allFiles() : inputFiles(options.inputs, spec, await tree());

  let whole: Promise<readonly TreeFile[]> | undefined;
  /** As one: a chain of stages without `inputs` asks for them again and again. */
  const allFiles = (): Promise<readonly TreeFile[]> => {
    whole ??= tree().then((all) => [{ path: '', id: sha256(canonicalJson(all)) }]);
    return whole;
  };

  const addressOf: AddressOf = (stage) => {
    const found = known.get(stage.id) ?? work(stage);
    known.set(stage.id, found);
    return found;
  };

  /** By id and not by digest: a digest may stand for the images of several architectures. */
  const imageIds = async (
    stage: PlannedStage,
    before: readonly PlannedStage[],
  ): Promise<Readonly<Record<string, string>>> => {
    const idOf = async (reference: string): Promise<string> => {
      if (reference !== BUILT_IMAGE) return (await images.get(reference)).id;
      // The build of the same job is among the stages before: its image need not be there yet.
      return before.some(isReleaseBuild) ? 'built before' : (lease.built?.image ?? 'none');
    };
    const pairs = imagesOf(stage).map(async (one) => [one, await idOf(one)] as const);
    return Object.fromEntries(await Promise.all(pairs));
  };

  const takenBy = (stage: PlannedStage) => {
    const handed = lease.handed?.[stage.id] ?? [];
    return (stage.takesFrom ?? []).map((from) => {
      const digest = handed.find((kept) => kept.from === from)?.digest;
      return digest === undefined ? { from } : { from, digest };
    });
  };

  return addressOf;
}

/** What `inputs` name and, for an image, the files that it is built by. */
function inputFiles(
  inputs: readonly string[],
  spec: StageSpec,
  files: readonly TreeFile[],
): readonly TreeFile[] {
  const isInput = compilePathPatterns(inputs);
  return files.filter(
    ({ path: file }) => isInput(file) || (spec.kind === 'image_build' && isRecipe(file, spec)),
  );
}

function isRecipe(file: string, { contextDir, dockerfileName }: ImageBuildStage): boolean {
  const recipe = path.join(contextDir, dockerfileName);
  return [recipe, `${recipe}.dockerignore`, path.join(contextDir, '.dockerignore')].includes(file);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
