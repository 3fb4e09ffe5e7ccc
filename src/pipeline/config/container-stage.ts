import { BUILT_IMAGE, type ContainerStage } from '../model.js';
import { type ContainerKeys, imageOf, readContainer } from './container.js';
import { error, type Report, type Span, warning } from './issues.js';
import type { Keys } from './keys.js';
import type { INTEGRATION_KEYS } from './schema.js';
import { readServices, warnOfLinks } from './services.js';
import type { Part } from './stage.js';
import { gives, type MapNode } from './tree.js';

export type ContainerStageKeys = ContainerKeys & Pick<Keys<typeof INTEGRATION_KEYS>, 'services'>;

/** @param built whether the file has a build before it: without one there is no BUILT_IMAGE */
export function readContainerStage(
  keys: ContainerStageKeys,
  part: Part,
  image: string,
  built: boolean,
  report: Report,
): ContainerStage {
  const services =
    keys.services === undefined ? { specs: [], images: [] } : readServices(keys.services.value, report);
  for (const service of services.images) warnOfBuiltImage(service.image, service.at, built, report);
  if (keys.services !== undefined) reportOwnName(keys.services.value, part, report);
  if (keys.image !== undefined || !gives(part.map, 'image')) {
    warnOfBuiltImage(image, keys.image?.at ?? part.at, built, report);
  }
  warnOfLinks(keys, keys.services?.value, report);
  return {
    kind: 'container',
    container: readContainer(keys, image, report),
    services: services.specs,
    outputs: [],
  };
}

/** A part without an image is what v0.2 left out in silence; a whole section it could not run. */
export function requireImage(keys: ContainerKeys, part: Part, report: Report): string | undefined {
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

/** In the five, v0.2 ran an empty script where `commands` are missing. */
export function warnOfOwnCommand(keys: ContainerKeys, part: Part, report: Report): void {
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

/** On the network of the run, the stage answers to its name too. v0.2 ran such an integration. */
function reportOwnName(services: MapNode, part: Part, report: Report): void {
  const own = services.entries.find(({ key }) => key === part.stage);
  if (own === undefined) return;
  const issue = part.stage === 'integration' ? warning : error;
  const message = `the service "${own.key}" is called like its own stage`;
  report(issue('service-name', own.keyAt, message, 'give one of them another name'));
}
