import { cachePath } from '../cache-path.js';
import type { StageSpec } from '../model.js';
import { error, type Report } from './issues.js';
import type { StageKeys } from './options.js';

const FILE_KEYS = ['cache', 'inputs', 'artifacts'] as const;

/** Keys that speak of files, where a stage has none or nothing of it sees them. */
export function refuseMisplaced(spec: StageSpec, keys: StageKeys, report: Report): void {
  if (spec.kind === 'container') return;
  if (spec.kind !== 'image_build') {
    for (const key of FILE_KEYS) {
      const found = keys[key];
      if (found === undefined) continue;
      const message = `${key} is for stages that make files, and ${spec.kind} makes none`;
      report(error('misplaced-key', found.keyAt, message, `take ${key} out`));
    }
    return;
  }
  for (const { entries } of keys.cache?.value ?? []) {
    const paths = entries.find(({ key }) => key === 'paths')?.value;
    const items = paths?.kind === 'list' ? paths.items : [paths];
    for (const item of items) {
      if (item?.kind !== 'scalar' || cachePath(item.text).kind === 'workspace') continue;
      const message = `the Dockerfile does not see a cache at ${item.text}`;
      const hint = 'cache a path of the workspace, which it can COPY';
      report(error('bad-cache-path', item.at, message, hint));
    }
  }
}
