import { BUILT_IMAGE } from '../model.js';
import { imageOf } from './container.js';
import { readContainerStage, requireImage, warnOfOwnCommand } from './container-stage.js';
import { readDockerfile, readImageKeys, readOutputs, warnOfIgnored, warnOfImageKeys } from './dockerfile.js';
import { type Report, warning } from './issues.js';
import { readKeys } from './keys.js';
import { BUILD_KEYS, INTEGRATION_KEYS, OWN_STAGE_KEYS, POST_BUILD_KEYS, PRE_BUILD_KEYS } from './schema.js';
import { defineStage, type Part, type ReadStage } from './stage.js';

/** A container, or files out of a Dockerfile; undefined when it names neither. */
export function readPreBuild(part: Part, report: Report): ReadStage | undefined {
  const keys = readKeys(part.map, PRE_BUILD_KEYS, part.id, report);
  const outputs = readOutputs(keys.outputs, report);
  if (keys.context_dir?.value || keys.dockerfile_name?.value) {
    warnOfIgnored(keys, part, report);
    return defineStage(part, readDockerfile(keys, 'outputs', outputs, report), keys, report);
  }
  const image = requireImage(keys, part, report);
  if (image === undefined) return undefined;
  warnOfOwnCommand(keys, part, report);
  const stage = readContainerStage(keys, part, image, false, report);
  return defineStage(part, { ...stage, outputs }, keys, report);
}

/** v0.2 builds a part that names nothing from the root's Dockerfile. */
export function readBuild(part: Part, report: Report): ReadStage {
  const keys = readKeys(part.map, BUILD_KEYS, part.id, report);
  warnOfIgnored(keys, part, report);
  const stage = readDockerfile(keys, 'release', [], report);
  return defineStage(part, { ...stage, ...readImageKeys(keys, report) }, keys, report);
}

/** @param built whether the file has a build: without one there is no BUILT_IMAGE */
export function readIntegration(part: Part, built: boolean, report: Report): ReadStage {
  const keys = readKeys(part.map, INTEGRATION_KEYS, part.id, report);
  warnOfOwnCommand(keys, part, report);
  const stage = readContainerStage(keys, part, imageOf(keys) ?? BUILT_IMAGE, built, report);
  return defineStage(part, stage, keys, report);
}

/** Undefined when it names no image. */
export function readPostBuild(part: Part, built: boolean, report: Report): ReadStage | undefined {
  const keys = readKeys(part.map, POST_BUILD_KEYS, part.id, report);
  for (const key of ['context_dir', 'dockerfile_name'] as const) {
    const found = keys[key];
    if (found === undefined) continue;
    const message = `${part.id} builds no image: ${key} is ignored`;
    report(warning('ignored-key', found.keyAt, message, 'take it out, or move it to build'));
  }
  const image = requireImage(keys, part, report);
  if (image === undefined) return undefined;
  warnOfOwnCommand(keys, part, report);
  return defineStage(part, readContainerStage(keys, part, image, built, report), keys, report);
}

/** A stage under `stages`: what pre_build may be, with services and with what build takes. */
export function readOwnStage(part: Part, built: boolean, report: Report): ReadStage | undefined {
  const keys = readKeys(part.map, OWN_STAGE_KEYS, part.id, report, 'error');
  const outputs = readOutputs(keys.outputs, report);
  if (keys.context_dir?.value || keys.dockerfile_name?.value) {
    warnOfIgnored(keys, part, report);
    // Only build makes the image that is published.
    const stage = readDockerfile(keys, 'outputs', outputs, report);
    return defineStage(part, { ...stage, ...readImageKeys(keys, report) }, keys, report);
  }
  const image = requireImage(keys, part, report);
  if (image === undefined) return undefined;
  warnOfImageKeys(keys, part, report);
  const stage = readContainerStage(keys, part, image, built, report);
  return defineStage(part, { ...stage, outputs }, keys, report);
}
