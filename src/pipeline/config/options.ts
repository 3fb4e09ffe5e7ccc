import { isLabel, MAX_LABELS } from '../labels.js';
import type { Retry, RetryCause, StageOptions, When } from '../model.js';
import { readCaches } from './cache.js';
import { texts } from './container.js';
import type { PlacedText } from './forms.js';
import { given } from './given.js';
import { error, type Report, warning } from './issues.js';
import { type Found, type Keys, readOwnKeys } from './keys.js';
import { readMatrix } from './matrix.js';
import {
  CHECKOUT_KEYS,
  REPORT_KEYS,
  RESOURCE_KEYS,
  RETRY_CAUSES,
  RETRY_KEYS,
  type STAGE_KEYS,
  WHEN_KEYS,
} from './own-keys.js';
import type { MapNode } from './tree.js';

export type StageKeys = Keys<typeof STAGE_KEYS>;

/** Further tries that still help: what fails ten times fails. */
const MAX_RETRIES = 10;

/** Docker takes no less (6 MiB since 20.10). */
const LEAST_MEMORY = 6 * 1024 * 1024;

/**
 * What the file adds to a stage; undefined when it adds nothing.
 *
 * @param deploys whether the stage is a deploy, which alone a person may have to agree to
 */
export function readOptions(keys: StageKeys, deploys: boolean, report: Report): StageOptions | undefined {
  if (!deploys) refuseDeployKeys(keys, report);
  const matrix = keys.matrix && readMatrix(keys.matrix.value, report);
  const options: StageOptions = given({
    when: keys.when && readWhen(keys.when.value, report),
    needs: list(keys.needs),
    matrix,
    timeoutSeconds: keys.timeout?.value,
    retry: keys.retry && readRetry(keys.retry, report),
    allowFailure: keys.allow_failure?.value,
    secrets: list(keys.secrets),
    cache: keys.cache && readCaches(keys.cache.value, matrix, report),
    inputs: list(keys.inputs),
    artifacts: list(keys.artifacts),
    reports: keys.reports && readReports(keys.reports.value, report),
    resources: keys.resources && readResources(keys.resources.value, report),
    runsOn: list(readLabels(keys.runs_on, report)),
    checkout: keys.checkout && readCheckout(keys.checkout.value, report),
    concurrency: readName(keys.concurrency, 'concurrency', report),
    environmentName: deploys ? readName(keys.environment_name, 'environment_name', report) : undefined,
    approval: deploys && keys.approval !== undefined ? ('required' as const) : undefined,
  });
  return Object.keys(options).length === 0 ? undefined : options;
}

/** Undefined stays undefined: `needs: []` says something else than no `needs`. */
export function list(found: Found<readonly PlacedText[]> | undefined): readonly string[] | undefined {
  return found && texts(found);
}

function refuseDeployKeys(keys: StageKeys, report: Report): void {
  for (const key of ['environment_name', 'approval'] as const) {
    const found = keys[key];
    if (found === undefined) continue;
    report(error('only-deploy', found.keyAt, `${key} is a key of deploy alone`, `move ${key} to deploy`));
  }
}

export function readWhen(map: MapNode, report: Report): When {
  const keys = readOwnKeys(map, WHEN_KEYS, 'when', report);
  return given({
    event: list(keys.event),
    branch: list(keys.branch),
    tag: list(keys.tag),
    path: list(keys.path),
  });
}

function readRetry({ value, at }: Found<number | MapNode>, report: Report): Retry {
  if (typeof value === 'number') return { max: withinTries(value, at, report) };
  const keys = readOwnKeys(value, RETRY_KEYS, 'retry', report);
  const causes = keys.on?.value.map(({ text }) => text);
  if (keys.exit_codes !== undefined && causes !== undefined && !causes.includes('exit')) {
    const message = 'exit_codes count only after a failure of the kind "exit", which "on" leaves out';
    report(warning('ignored-value', keys.exit_codes.keyAt, message, 'add exit to on'));
  }
  for (const { count, at: codeAt } of keys.exit_codes?.value ?? []) {
    if (count >= 1 && count <= 255) continue;
    report(error('bad-value', codeAt, `${count} is no exit code of a failure`, 'they are 1 to 255'));
  }
  return {
    max: keys.max === undefined ? 0 : withinTries(keys.max.value, keys.max.at, report),
    ...given({
      on: causes && RETRY_CAUSES.filter((cause): cause is RetryCause => causes.includes(cause)),
      exitCodes: keys.exit_codes?.value.map(({ count }) => count),
    }),
  };
}

function withinTries(count: number, at: Found<number>['at'], report: Report): number {
  if (count <= MAX_RETRIES) return count;
  report(error('bad-value', at, `${count} further tries are too many`, `there are ${MAX_RETRIES} at most`));
  return MAX_RETRIES;
}

function readReports(map: MapNode, report: Report): NonNullable<StageOptions['reports']> {
  const keys = readOwnKeys(map, REPORT_KEYS, 'reports', report);
  return given({
    junit: keys.junit?.value,
    sarif: keys.sarif?.value,
    tap: keys.tap?.value,
    benchmark: keys.benchmark?.value,
  });
}

function readResources(map: MapNode, report: Report): NonNullable<StageOptions['resources']> {
  const keys = readOwnKeys(map, RESOURCE_KEYS, 'resources', report);
  const { cpu, memory, pids } = keys;
  if (memory !== undefined && memory.value < LEAST_MEMORY) {
    const hint = `did you mean ${memory.value}Mi?`;
    report(error('bad-size', memory.at, `Docker takes no less memory than ${LEAST_MEMORY} bytes`, hint));
  }
  if (pids?.value === 0) {
    report(error('bad-value', pids.at, 'a stage without a process cannot run', 'write a number from 1'));
  }
  return given({ cpu: cpu?.value, memory: memory?.value, pids: pids?.value });
}

function readCheckout(map: MapNode, report: Report): NonNullable<StageOptions['checkout']> {
  const keys = readOwnKeys(map, CHECKOUT_KEYS, 'checkout', report);
  if (keys.depth?.value === 0) {
    const hint = 'write 1 or more, or take depth out';
    report(error('bad-value', keys.depth.at, 'no commit at all cannot be checked out', hint));
  }
  return given({
    submodules: keys.submodules?.value,
    lfs: keys.lfs?.value,
    depth: keys.depth?.value,
  });
}

function readName(found: Found<string> | undefined, key: string, report: Report): string | undefined {
  if (found === undefined || (found.value.trim() !== '' && found.value.length <= 100)) return found?.value;
  report(
    error('bad-value', found.at, `${key} is a name of 1 to 100 characters`, `name it, or take ${key} out`),
  );
  return undefined;
}

function readLabels(
  found: Found<readonly PlacedText[]> | undefined,
  report: Report,
): Found<readonly PlacedText[]> | undefined {
  if (found === undefined) return undefined;
  const hint = 'letters, digits, ".", "_" and "-", 50 at most';
  for (const { at } of found.value.filter(({ text }) => !isLabel(text))) {
    report(error('bad-value', at, 'this is no label of a worker', hint));
  }
  if (found.value.length > MAX_LABELS) {
    const message = `runs_on has more than ${MAX_LABELS} labels`;
    report(error('too-many', found.keyAt, message, 'give one label to the workers that are meant'));
  }
  return found;
}
