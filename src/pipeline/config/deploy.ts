import type { DeployTarget } from '../model.js';
import { texts, warnOfSecret } from './container.js';
import { given } from './given.js';
import { error, type Report, warning } from './issues.js';
import { readKeys } from './keys.js';
import { DEPLOY_KEYS } from './schema.js';
import { suggest } from './suggest.js';
import type { MapNode } from './tree.js';

const KUBERNETES = 'kubernetes';
/** The Caicloud console: what an entry without `type` means. */
const CONSOLE = 'caicloud_claas';
const TYPES = [KUBERNETES, CONSOLE];

export function readDeployTarget(map: MapNode, report: Report): DeployTarget {
  const keys = readKeys(map, DEPLOY_KEYS, 'deploy', report);
  const type = keys.type?.value || CONSOLE;
  if (keys.type !== undefined && !TYPES.includes(type)) {
    const best = suggest(type, TYPES);
    const hint = best === undefined ? `there are ${TYPES.join(' and ')}` : `did you mean ${best}?`;
    report(error('bad-value', keys.type.at, 'Cyclone does not deploy to this type', hint));
  }
  for (const key of ['deployment', 'containers'] as const) {
    if (keys[key] === undefined) {
      report(warning('missing-key', map.at, `this deploy names no ${key}`, `add ${key}`));
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
