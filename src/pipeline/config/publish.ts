import type { PublishStage } from '../model.js';
import type { PlacedText } from './forms.js';
import { given } from './given.js';
import { error, type Report, warning } from './issues.js';
import { type Found, type Keys, readOwnKeys } from './keys.js';
import { list } from './options.js';
import { PUBLISH_KEYS } from './own-keys.js';
import { defineStage, type ReadStage } from './stage.js';
import type { MapNode } from './tree.js';
import { unknownValue } from './values.js';

/** What a tag may be made of. */
export const TAG_VARIABLES = [
  'CYCLONE_TAG',
  'CYCLONE_BRANCH',
  'CYCLONE_SHA',
  'CYCLONE_PR',
  'CYCLONE_RUN',
  'CYCLONE_EVENT',
];

/**
 * The push of what build made. It needs no section of its own.
 *
 * @param section `publish`, which says where to and when
 * @param build the section whose image it is
 */
export function readPublish(
  section: Found<MapNode> | undefined,
  build: Found<MapNode> | undefined,
  built: boolean,
  report: Report,
): readonly ReadStage[] {
  const keys: Keys<typeof PUBLISH_KEYS> =
    section === undefined ? {} : readOwnKeys(section.value, PUBLISH_KEYS, 'publish', report);
  if (section !== undefined && !built) {
    const message = 'there is no build, and so no image to publish';
    report(warning('no-built-image', section.keyAt, message, 'add a build section'));
  }
  checkImage(keys.image, report);
  for (const tag of keys.tags?.value ?? []) checkTag(tag, report);
  const at = section?.keyAt ?? build?.keyAt;
  if (at === undefined || !built) return [];
  const spec: PublishStage = {
    kind: 'publish',
    ...given({ image: keys.image?.value || undefined, tags: list(keys.tags) }),
  };
  return [defineStage({ stage: 'publish', id: 'publish', at }, spec, keys, report)];
}

/** `registry:port/path/name`, as the OCI distribution spec has it. */
const IMAGE = /^(?:[a-zA-Z0-9.-]+(?::\d+)?\/)?[a-z0-9]+(?:(?:\.|_|__|-+|\/)[a-z0-9]+)*$/;

function checkImage(found: Found<string> | undefined, report: Report): void {
  if (found === undefined || found.value === '' || IMAGE.test(found.value)) return;
  const tagged = /[:@][^/]*$/.test(found.value);
  const message = tagged ? 'the name of the image is written without a tag' : 'this is no name of an image';
  const hint = tagged ? 'move the tag to tags' : 'write registry/owner/name, in lower case';
  report(error('bad-value', found.at, message, hint));
}

function checkTag({ text, at }: PlacedText, report: Report): void {
  for (const [, name = ''] of text.matchAll(/\$\{([^}]*)\}/g)) {
    if (!TAG_VARIABLES.includes(name)) unknownValue(name, at, 'a tag', TAG_VARIABLES, report);
  }
  if (/^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/.test(text.replaceAll(/\$\{[^}]*\}/g, 'x'))) return;
  const hint = `it is letters, digits, "_", "." and "-", and \${${TAG_VARIABLES.join('}, ${')}}`;
  report(error('bad-value', at, 'this is no tag', hint));
}
