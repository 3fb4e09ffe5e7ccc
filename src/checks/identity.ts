import { type CheckKey, WHOLE_RUN } from './ports.js';
import { oneLine } from './terminal.js';

/** The name that people see and branch protection requires. */
export function checkName(key: CheckKey): string {
  return key === WHOLE_RUN ? WHOLE_RUN : `${WHOLE_RUN}/${oneLine(key)}`;
}

/** What tells our check runs of one name apart: `<run>/<stage>`, `<run>/cyclone`. */
export function externalId(run: number, key: CheckKey): string {
  return `${run}/${key}`;
}
