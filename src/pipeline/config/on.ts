import type { On } from '../model.js';
import { parseCron } from './cron.js';
import { given } from './given.js';
import { error, type Report } from './issues.js';
import { type Found, meant, readOwnKeys } from './keys.js';
import { list } from './options.js';
import { MERGE_GROUP_KEYS, ON_KEYS, PULL_REQUEST_KEYS, PUSH_KEYS, SCHEDULE_KEYS } from './own-keys.js';
import type { MapNode } from './tree.js';

/** Each is an entry of the server's clock, for as long as the file stands on the default branch. */
const MAX_SCHEDULES = 20;

/** Which events run the file; an event that is named without more, as in `push:`, counts in full. */
export function readOn({ value: map, keyAt }: Found<MapNode>, report: Report): On {
  if (map.entries.length === 0) {
    report(error('empty-list', keyAt, 'on names no event: nothing ever runs', 'name one, or take on out'));
  }
  const known = map.entries.filter(({ key }) => Object.hasOwn(ON_KEYS, key));
  for (const { key, keyAt: at } of map.entries.filter((entry) => !known.includes(entry))) {
    const hint = meant(key, ON_KEYS) ?? `there are ${Object.keys(ON_KEYS).join(', ')}`;
    report(error('unknown-event', at, 'this is no event that runs a file', hint));
  }
  const events = readOwnKeys({ ...map, entries: known.map(inFull) }, ON_KEYS, 'on', report);
  const { push, pull_request: pullRequest, merge_group: mergeGroup, schedule } = events;
  if (schedule !== undefined && schedule.value.length > MAX_SCHEDULES) {
    const message = `there are ${schedule.value.length} schedules, and ${MAX_SCHEDULES} are the most`;
    report(error('too-many', schedule.keyAt, message, 'join some: a cron line takes lists and ranges'));
  }
  return given({
    push: push && readPush(push.value, report),
    pullRequest: pullRequest && readPullRequest(pullRequest.value, report),
    mergeGroup: mergeGroup && readMergeGroup(mergeGroup.value, report),
    schedule: schedule?.value.map((entry) => readSchedule(entry, report)),
  });
}

function inFull(entry: MapNode['entries'][number]): MapNode['entries'][number] {
  if (entry.value.kind !== 'null' || entry.key === 'schedule') return entry;
  return { ...entry, value: { kind: 'map', entries: [], at: entry.keyAt, weight: 0 } };
}

function readPush(map: MapNode, report: Report): NonNullable<On['push']> {
  const keys = readOwnKeys(map, PUSH_KEYS, 'push', report);
  return given({
    branches: list(keys.branches),
    tags: list(keys.tags),
    paths: list(keys.paths),
    pathsIgnore: list(keys.paths_ignore),
  });
}

function readPullRequest(map: MapNode, report: Report): NonNullable<On['pullRequest']> {
  const keys = readOwnKeys(map, PULL_REQUEST_KEYS, 'pull_request', report);
  return given({
    branches: list(keys.branches),
    types: list(keys.types),
    paths: list(keys.paths),
    pathsIgnore: list(keys.paths_ignore),
  });
}

function readMergeGroup(map: MapNode, report: Report): NonNullable<On['mergeGroup']> {
  readOwnKeys(map, MERGE_GROUP_KEYS, 'merge_group', report);
  return {};
}

function readSchedule(map: MapNode, report: Report): NonNullable<On['schedule']>[number] {
  const keys = readOwnKeys(map, SCHEDULE_KEYS, 'schedule', report);
  if (keys.cron !== undefined) {
    const result = parseCron(keys.cron.value);
    if (!result.ok) {
      const where = result.field === undefined ? '' : `${result.field}: `;
      const hint = "minute hour day month weekday, as '0 3 * * 1-5': 03:00 UTC, Monday to Friday";
      report(error('bad-cron', keys.cron.at, `${where}${result.problem}`, hint));
    }
  }
  return { cron: keys.cron?.value ?? '', ...given({ branch: keys.branch?.value || undefined }) };
}
