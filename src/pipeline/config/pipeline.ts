import type { ChainStage, StageDefinition } from '../model.js';
import { readDeployTarget } from './deploy.js';
import { error, type Report, warning } from './issues.js';
import { type Found, readKeys } from './keys.js';
import { define, type Part, readParts, whole } from './parts.js';
import { KEYS_BY_SECTION, SECTIONS } from './schema.js';
import { readBuild, readIntegration, readPostBuild, readPreBuild } from './stages.js';
import type { MapNode, Node } from './tree.js';

/** The stages of a file in the order in which they run, whatever the order of its sections. */
export function readPipeline(root: Node, report: Report): readonly StageDefinition[] {
  if (root.kind === 'null') {
    report(
      warning(
        'empty-file',
        root.at,
        'the file is empty: nothing runs',
        'begin with "build:" or "integration:"',
      ),
    );
    return [];
  }
  if (root.kind !== 'map') {
    const message = 'caicloud.yml is a map of sections, and this is something else';
    report(
      error(
        'wrong-type',
        root.at,
        message,
        'begin with a section: pre_build, build, integration, post_build, deploy',
      ),
    );
    return [];
  }
  warnOfEmpty(root, report);
  const sections = readKeys(root, SECTIONS, '', report);

  const preBuild = partsOf('pre_build', sections.pre_build, report)
    .map((part) => readPreBuild(part, report))
    .filter((stage) => stage !== undefined);
  const build = partsOf('build', sections.build, report).map((part) => readBuild(part, report));
  const built = build.length > 0;
  const integration = filled(sections.integration).map(({ value, keyAt }) =>
    readIntegration(whole('integration', keyAt, value), built, report),
  );
  const postBuild = partsOf('post_build', sections.post_build, report)
    .map((part) => readPostBuild(part, built, report))
    .filter((stage) => stage !== undefined);
  return [
    ...preBuild,
    ...build,
    ...integration,
    ...publish(sections.build, built),
    ...postBuild,
    ...deploy(sections.deploy, built, report),
  ];
}

type FoundMap = Found<MapNode> | undefined;

/** `build: {}` is no build. */
function filled(section: FoundMap): readonly Found<MapNode>[] {
  return section === undefined || section.value.entries.length === 0 ? [] : [section];
}

function partsOf(stage: ChainStage, section: FoundMap, report: Report): readonly Part[] {
  return filled(section).flatMap(({ value, keyAt }) => readParts(stage, keyAt, value, report));
}

/** The push of what build made has no section of its own. */
function publish(section: FoundMap, built: boolean): readonly StageDefinition[] {
  if (section === undefined || !built) return [];
  return [define({ stage: 'publish', id: 'publish', at: section.keyAt }, { kind: 'publish' })];
}

function deploy(
  section: Found<readonly MapNode[]> | undefined,
  built: boolean,
  report: Report,
): readonly StageDefinition[] {
  if (section === undefined) return [];
  const targets = section.value.map((map) => readDeployTarget(map, report));
  if (targets.length === 0) return [];
  if (!built) {
    const message = 'there is no build, and so no image to deploy';
    report(warning('no-built-image', section.keyAt, message, 'add a build section'));
  }
  return [define({ stage: 'deploy', id: 'deploy', at: section.keyAt }, { kind: 'deploy', targets })];
}

function warnOfEmpty(root: MapNode, report: Report): void {
  for (const { key, keyAt, value } of root.entries) {
    const empty =
      value.kind === 'null' ||
      (value.kind === 'map' && value.entries.length === 0) ||
      (value.kind === 'list' && value.items.length === 0);
    if (empty && Object.hasOwn(KEYS_BY_SECTION, key)) {
      report(warning('empty-section', keyAt, `${key} is empty and does nothing`, 'take it out, or fill it'));
    }
  }
}
