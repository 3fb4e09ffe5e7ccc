import type { ChainStage, Notification, On, StageDefinition } from '../model.js';
import { readEnvironment } from './container.js';
import { readDeploy } from './deploy.js';
import { withEnvironment } from './environment.js';
import { error, type Report, warning } from './issues.js';
import { type Found, type Keys, readKeys } from './keys.js';
import { checkNeeds } from './needs.js';
import { readNotifications } from './notify.js';
import { readOn } from './on.js';
import { readOwnStages } from './own-stages.js';
import { readParts } from './parts.js';
import { readPublish } from './publish.js';
import { KEYS_BY_SECTION, SECTIONS } from './schema.js';
import { type Part, type ReadStage, whole } from './stage.js';
import { withinLimit } from './stage-count.js';
import { readBuild, readIntegration, readPostBuild, readPreBuild } from './stages.js';
import type { MapNode, Node } from './tree.js';

/** What a file says. */
export interface Pipeline {
  /**
   * The stages of the chain in the order in which they run, parts in the order of the file; then those
   * under `stages`, in the order of the file. `environment` is in their containers already.
   */
  readonly definitions: readonly StageDefinition[];
  /** Absent: every event runs the file. */
  readonly on?: On;
  /** `K=V` for every stage, in the order of the file; for people, see `definitions`. */
  readonly environment: readonly string[];
  readonly notify: readonly Notification[];
}

export const NOTHING: Pipeline = { definitions: [], environment: [], notify: [] };

/** Reads the sections, whatever their order in the file. */
export function readPipeline(root: Node, report: Report): Pipeline {
  if (root.kind === 'null') {
    report(
      warning(
        'empty-file',
        root.at,
        'the file is empty: nothing runs',
        'begin with "build:" or "integration:"',
      ),
    );
    return NOTHING;
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
    return NOTHING;
  }
  warnOfEmpty(root, report);
  const sections = readKeys(root, SECTIONS, '', report);
  const environment = readEnvironment(sections.environment?.value ?? [], report);
  const chain = readChain(sections, report);
  const built = chain.some(({ definition }) => definition.name === 'build');
  const own = sections.stages === undefined ? [] : readOwnStages(sections.stages.value, built, report);
  const stages = withinLimit([...chain, ...own], report);
  checkNeeds(stages, declared(sections), report);
  return {
    definitions: stages.map(({ definition }) => withEnvironment(definition, environment)),
    ...(sections.on === undefined ? {} : { on: readOn(sections.on, report) }),
    environment,
    notify: readNotifications(sections.notify?.value ?? [], report),
  };
}

type Sections = Keys<typeof SECTIONS>;

function readChain(sections: Sections, report: Report): readonly ReadStage[] {
  const preBuild = partsOf('pre_build', sections.pre_build, report).map((part) => readPreBuild(part, report));
  const build = partsOf('build', sections.build, report).map((part) => readBuild(part, report));
  const built = build.length > 0;
  const integration = filled(sections.integration).map(({ value, keyAt }) =>
    readIntegration(whole('integration', keyAt, value), built, report),
  );
  const postBuild = partsOf('post_build', sections.post_build, report).map((part) =>
    readPostBuild(part, built, report),
  );
  return [
    ...preBuild,
    ...build,
    ...integration,
    ...readPublish(sections.publish, sections.build, built, report),
    ...postBuild,
    ...readDeploy(sections.deploy, built, report),
  ].filter((stage) => stage !== undefined);
}

/** Names that the file gives to stages, those included that could not be read. */
function declared({
  pre_build,
  build,
  integration,
  post_build,
  deploy,
  stages,
}: Sections): readonly string[] {
  const chain = Object.entries({ pre_build, build, integration, post_build })
    .filter(([, section]) => filled(section).length > 0)
    .map(([name]) => name);
  const own = stages?.value.entries.map(({ key }) => key) ?? [];
  return [...chain, ...(deploy === undefined ? [] : ['deploy']), ...own];
}

type FoundMap = Found<MapNode> | undefined;

/** `build: {}` is no build. */
function filled(section: FoundMap): readonly Found<MapNode>[] {
  return section === undefined || section.value.entries.length === 0 ? [] : [section];
}

function partsOf(stage: ChainStage, section: FoundMap, report: Report): readonly Part[] {
  return filled(section).flatMap(({ value, keyAt }) => readParts(stage, keyAt, value, report));
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
