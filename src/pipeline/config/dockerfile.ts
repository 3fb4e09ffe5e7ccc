import type { ImageBuildStage } from '../model.js';
import { readEnvironment, texts } from './container.js';
import type { PlacedText } from './forms.js';
import { given } from './given.js';
import { error, type Report, warning } from './issues.js';
import type { Found, Keys } from './keys.js';
import { list } from './options.js';
import { IMAGE_KEYS } from './own-keys.js';
import { type BUILD_KEYS, CONTAINER_KEYS, type OWN_STAGE_KEYS } from './schema.js';
import type { Part } from './stage.js';
import { climbsOut, workspacePath } from './workspace-path.js';

export type DockerfileKeys = Pick<Keys<typeof BUILD_KEYS>, 'context_dir' | 'dockerfile_name'>;

export type ImageKeys = Keys<typeof IMAGE_KEYS>;

export function readDockerfile(
  keys: DockerfileKeys,
  purpose: ImageBuildStage['purpose'],
  outputs: readonly string[],
  report: Report,
): ImageBuildStage {
  for (const [found, inside] of [
    [keys.context_dir, 'the workspace'],
    [keys.dockerfile_name, 'context_dir'],
  ] as const) {
    if (found !== undefined && climbsOut(found.value)) {
      const message = `"${found.value}" leaves ${inside}`;
      report(error('outside-workspace', found.at, message, `name a path inside ${inside}`));
    }
  }
  return {
    kind: 'image_build',
    contextDir: workspacePath(keys.context_dir?.value || '.'),
    dockerfileName: workspacePath(keys.dockerfile_name?.value || 'Dockerfile'),
    purpose,
    outputs,
  };
}

/** What a build takes beside its Dockerfile; `{}` when the file gives nothing of it. */
export function readImageKeys(
  keys: ImageKeys,
  report: Report,
): Pick<ImageBuildStage, 'args' | 'target' | 'platform' | 'cacheFrom' | 'labels'> {
  const { platform } = keys;
  if (platform !== undefined && !/^[a-z0-9]+(?:\/[a-z0-9.]+){1,2}$/.test(platform.value)) {
    report(error('bad-value', platform.at, 'this is no platform', 'write os/architecture: linux/arm64'));
  }
  for (const { text, at } of keys.labels?.value ?? []) {
    // By these a worker knows what is its own to remove.
    if (text.startsWith('cyclone.'))
      report(error('bad-value', at, `the label "${text}" is the server's to give`, 'take another beginning'));
  }
  return given({
    args: keys.args && readEnvironment(keys.args.value, report),
    target: keys.target?.value || undefined,
    platform: platform?.value || undefined,
    cacheFrom: list(keys.cache_from),
    labels: keys.labels && readEnvironment(keys.labels.value, report),
  });
}

/** Absolute ones are paths of the container; the others begin where its commands do. */
export function readOutputs(
  found: Found<readonly PlacedText[]> | undefined,
  report: Report,
): readonly string[] {
  for (const { text, at } of found?.value ?? []) {
    if (climbsOut(text)) {
      const message = `the output "${text}" leaves the working directory`;
      report(error('outside-workspace', at, message, 'write its absolute path'));
    }
  }
  return texts(found);
}

type AnyKeys = Keys<Omit<typeof OWN_STAGE_KEYS, 'outputs'>>;

/** What stands for a container where a Dockerfile is built: v0.2 dropped it in silence. */
export function warnOfIgnored(keys: AnyKeys, part: Part, report: Report): void {
  for (const key of Object.keys(CONTAINER_KEYS) as (keyof typeof CONTAINER_KEYS)[]) {
    const found = keys[key];
    if (found === undefined) continue;
    const message = `${part.id} builds a Dockerfile: ${key} is ignored; Cyclone v0.2 ignored it too`;
    const hint = 'take it out; commands and variables of a build belong to its Dockerfile';
    report(warning('ignored-key', found.keyAt, message, hint));
  }
  if (keys.services !== undefined) {
    const message = `${part.id} builds a Dockerfile: services are ignored`;
    report(warning('ignored-key', keys.services.keyAt, message, 'take them out'));
  }
}

/** What stands for a build where a container runs. */
export function warnOfImageKeys(keys: ImageKeys, part: Part, report: Report): void {
  for (const key of Object.keys(IMAGE_KEYS) as (keyof typeof IMAGE_KEYS)[]) {
    const found = keys[key];
    if (found === undefined) continue;
    const message = `${part.id} builds no image: ${key} is ignored`;
    report(warning('ignored-key', found.keyAt, message, 'take it out, or add dockerfile_name'));
  }
}
