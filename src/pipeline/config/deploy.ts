import type { DeployTarget } from '../model.js';
import { texts, warnOfSecret } from './container.js';
import { given } from './given.js';
import { error, type Report, type Span, warning } from './issues.js';
import { type Found, type Keys, readKeys } from './keys.js';
import { STAGE_KEYS } from './own-keys.js';
import { DEPLOY_KEYS } from './schema.js';
import { defineStage, type ReadStage } from './stage.js';
import { suggest } from './suggest.js';
import type { MapNode } from './tree.js';

const KUBERNETES = 'kubernetes';
/** The Caicloud console: what an entry without `type` means. */
const CONSOLE = 'caicloud_claas';
const TYPES = [KUBERNETES, CONSOLE];

/** All targets are one stage: what is said of the stage stands in the first of them. */
export function readDeploy(
  section: Found<readonly MapNode[]> | undefined,
  built: boolean,
  report: Report,
): readonly ReadStage[] {
  const [first, ...others] = section?.value.map((map) => readKeys(map, DEPLOY_KEYS, 'deploy', report)) ?? [];
  if (section === undefined || first === undefined) return [];
  for (const keys of others) reportStageKeys(keys, report);
  if (!built) {
    const message = 'there is no build, and so no image to deploy';
    report(warning('no-built-image', section.keyAt, message, 'add a build section'));
  }
  const targets = [first, ...others].map((keys, index) =>
    readTarget(keys, section.value[index]?.at ?? section.keyAt, report),
  );
  const part = { stage: 'deploy', id: 'deploy', at: section.keyAt };
  return [defineStage(part, { kind: 'deploy', targets }, first, report)];
}

type DeployKeys = Keys<typeof DEPLOY_KEYS>;

function reportStageKeys(keys: DeployKeys, report: Report): void {
  for (const key of Object.keys(STAGE_KEYS) as (keyof typeof STAGE_KEYS)[]) {
    const found = keys[key];
    if (found === undefined) continue;
    const message = `deploy is one stage, and ${key} is said of the whole of it`;
    report(error('misplaced-key', found.keyAt, message, `move ${key} to the first entry of deploy`));
  }
}

function readTarget(keys: DeployKeys, at: Span, report: Report): DeployTarget {
  const type = keys.type?.value || CONSOLE;
  if (keys.type !== undefined && !TYPES.includes(type)) {
    const best = suggest(type, TYPES);
    const hint = best === undefined ? `there are ${TYPES.join(' and ')}` : `did you mean ${best}?`;
    report(error('bad-value', keys.type.at, 'Cyclone does not deploy to this type', hint));
  }
  for (const key of ['deployment', 'containers'] as const) {
    if (keys[key] === undefined) {
      report(warning('missing-key', at, `this deploy names no ${key}`, `add ${key}`));
    }
  }
  warnOfSecret(keys.token, 'token', report);
  return {
    type,
    containers: texts(keys.containers),
    ...given({
      host: keys.host?.value || undefined,
      token: keys.token?.value || undefined,
      cluster: keys.cluster?.value || undefined,
      namespace: keys.namespace?.value || undefined,
      deployment: keys.deployment?.value || undefined,
    }),
  };
}
