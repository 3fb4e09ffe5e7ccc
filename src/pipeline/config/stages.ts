import { BUILT_IMAGE, type ImageBuildStage, type StageDefinition } from '../model.js';
import { type ContainerKeys, imageOf, readContainer, texts } from './container.js';
import type { PlacedText } from './forms.js';
import { error, type Report, type Span, warning } from './issues.js';
import { type Found, type Keys, readKeys } from './keys.js';
import { define, type Part } from './parts.js';
import { BUILD_KEYS, CONTAINER_KEYS, INTEGRATION_KEYS, POST_BUILD_KEYS, PRE_BUILD_KEYS } from './schema.js';
import { readServices, warnOfLinks } from './services.js';
import { gives } from './tree.js';
import { climbsOut, workspacePath } from './workspace-path.js';

type DockerfileKeys = Pick<Keys<typeof BUILD_KEYS>, 'context_dir' | 'dockerfile_name'>;

/** A container, or files out of a Dockerfile; undefined when it names neither. */
export function readPreBuild(part: Part, report: Report): StageDefinition | undefined {
  const keys = readKeys(part.map, PRE_BUILD_KEYS, part.id, report);
  const outputs = readOutputs(keys.outputs, report);
  if (keys.context_dir?.value || keys.dockerfile_name?.value) {
    warnOfIgnored(keys, part, report);
    return define(part, { ...readDockerfile(keys, 'outputs', report), outputs });
  }
  const image = requireImage(keys, part, report);
  if (image === undefined) return undefined;
  warnOfContainer(keys, part, false, report);
  warnOfLinks(keys, undefined, report);
  return define(part, {
    kind: 'container',
    container: readContainer(keys, image, report),
    services: [],
    outputs,
  });
}

/** v0.2 builds a part that names nothing from the root's Dockerfile. */
export function readBuild(part: Part, report: Report): StageDefinition {
  const keys = readKeys(part.map, BUILD_KEYS, part.id, report);
  warnOfIgnored(keys, part, report);
  return define(part, { ...readDockerfile(keys, 'release', report), outputs: [] });
}

/** @param built whether the file has a build: without one there is no BUILT_IMAGE */
export function readIntegration(part: Part, built: boolean, report: Report): StageDefinition {
  const keys = readKeys(part.map, INTEGRATION_KEYS, part.id, report);
  const image = imageOf(keys) ?? BUILT_IMAGE;
  const services =
    keys.services === undefined ? { specs: [], images: [] } : readServices(keys.services.value, report);
  for (const service of services.images) warnOfBuiltImage(service.image, service.at, built, report);
  warnOfContainer(keys, part, built, report);
  warnOfLinks(keys, keys.services?.value, report);
  const container = readContainer(keys, image, report);
  return define(part, { kind: 'container', container, services: services.specs, outputs: [] });
}

/** Undefined when it names no image. */
export function readPostBuild(part: Part, built: boolean, report: Report): StageDefinition | undefined {
  const keys = readKeys(part.map, POST_BUILD_KEYS, part.id, report);
  for (const key of ['context_dir', 'dockerfile_name'] as const) {
    const found = keys[key];
    if (found !== undefined) {
      report(
        warning(
          'ignored-key',
          found.keyAt,
          `${part.id} builds no image: ${key} is ignored`,
          `take it out, or move it to build`,
        ),
      );
    }
  }
  const image = requireImage(keys, part, report);
  if (image === undefined) return undefined;
  warnOfContainer(keys, part, built, report);
  warnOfLinks(keys, undefined, report);
  return define(part, {
    kind: 'container',
    container: readContainer(keys, image, report),
    services: [],
    outputs: [],
  });
}

/** A part without an image is what v0.2 left out in silence; a whole section it could not run. */
function requireImage(keys: ContainerKeys, part: Part, report: Report): string | undefined {
  const image = imageOf(keys);
  // An image of a wrong form is an issue already.
  if (image === undefined && (keys.image !== undefined || !gives(part.map, 'image'))) {
    report(
      part.part === undefined
        ? error('no-image', part.at, `${part.id} has no image`, 'add image')
        : warning(
            'no-image',
            part.at,
            `${part.id} has no image and does not run; Cyclone v0.2 left it out too`,
            'add image',
          ),
    );
  }
  return image;
}

function readDockerfile(
  keys: DockerfileKeys,
  purpose: ImageBuildStage['purpose'],
  report: Report,
): Omit<ImageBuildStage, 'outputs'> {
  for (const [found, inside] of [
    [keys.context_dir, 'the workspace'],
    [keys.dockerfile_name, 'context_dir'],
  ] as const) {
    if (found !== undefined && climbsOut(found.value)) {
      report(
        error(
          'outside-workspace',
          found.at,
          `"${found.value}" leaves ${inside}`,
          `name a path inside ${inside}`,
        ),
      );
    }
  }
  return {
    kind: 'image_build',
    contextDir: workspacePath(keys.context_dir?.value || '.'),
    dockerfileName: workspacePath(keys.dockerfile_name?.value || 'Dockerfile'),
    purpose,
  };
}

/** Absolute ones are paths of the container; the others begin where its commands do. */
function readOutputs(found: Found<readonly PlacedText[]> | undefined, report: Report): readonly string[] {
  for (const { text, at } of found?.value ?? []) {
    if (climbsOut(text)) {
      report(
        error(
          'outside-workspace',
          at,
          `the output "${text}" leaves the working directory`,
          'write its absolute path',
        ),
      );
    }
  }
  return texts(found);
}

/** What stands for a container where a Dockerfile is built: v0.2 dropped it in silence. */
function warnOfIgnored(keys: ContainerKeys, part: Part, report: Report): void {
  for (const key of Object.keys(CONTAINER_KEYS) as (keyof typeof CONTAINER_KEYS)[]) {
    const found = keys[key];
    if (found === undefined) continue;
    report(
      warning(
        'ignored-key',
        found.keyAt,
        `${part.id} builds a Dockerfile: ${key} is ignored; Cyclone v0.2 ignored it too`,
        'take it out; commands and variables of a build belong to its Dockerfile',
      ),
    );
  }
}

function warnOfContainer(keys: ContainerKeys, part: Part, built: boolean, report: Report): void {
  if (keys.image !== undefined || !gives(part.map, 'image')) {
    warnOfBuiltImage(imageOf(keys) ?? BUILT_IMAGE, keys.image?.at ?? part.at, built, report);
  }
  // Commands of a wrong form are an issue already.
  if (gives(part.map, 'commands')) return;
  const at = keys.command?.keyAt ?? keys.entrypoint?.keyAt ?? part.at;
  const whose =
    keys.command === undefined && keys.entrypoint === undefined ? "the image's" : "the container's";
  report(
    warning(
      'own-command',
      at,
      `${part.id} has no commands: ${whose} own command runs; Cyclone v0.2 ran nothing here`,
      'add commands when a script is meant',
    ),
  );
}

function warnOfBuiltImage(image: string, at: Span, built: boolean, report: Report): void {
  if (image !== BUILT_IMAGE || built) return;
  report(
    warning(
      'no-built-image',
      at,
      'this runs the image that build makes, and no build comes before it',
      'name an image, or add a build section',
    ),
  );
}
