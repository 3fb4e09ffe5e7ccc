import { CHAIN } from '../model.js';
import { placeOf } from './forms.js';
import { error, type Report } from './issues.js';
import { type ReadStage, whole } from './stage.js';
import { MAX_STAGES } from './stage-count.js';
import { readOwnStage } from './stages.js';
import type { Entry, MapNode } from './tree.js';

/** The longest name that still leaves room for `cyclone/` and the values of a matrix in a check's. */
const MAX_NAME = 60;

/** The stages under `stages`, in the order of the file. */
export function readOwnStages(map: MapNode, built: boolean, report: Report): readonly ReadStage[] {
  for (const at of map.repeated ?? []) {
    report(error('duplicate-stage', at, 'there is a stage of this name already', 'give it another name'));
  }
  const tooMany = map.entries[MAX_STAGES];
  if (tooMany !== undefined) {
    report(error('too-many-stages', tooMany.keyAt, `more than ${MAX_STAGES} stages`, 'join some of them'));
  }
  return map.entries
    .slice(0, MAX_STAGES)
    .map((entry) => readEntry(entry, built, report))
    .filter((stage) => stage !== undefined);
}

function readEntry(entry: Entry, built: boolean, report: Report): ReadStage | undefined {
  const { key: name, keyAt, value } = entry;
  if (!isStageName(entry, report)) return undefined;
  if (value.kind !== 'map' && value.kind !== 'null') {
    const hint = 'write "image: …" below it, indented';
    report(error('wrong-type', placeOf(entry), `stage ${name} is a map of keys`, hint));
    return undefined;
  }
  const map: MapNode = value.kind === 'map' ? value : { kind: 'map', entries: [], at: keyAt, weight: 0 };
  return readOwnStage(whole(name, keyAt, map), built, report);
}

/** It stands in the name of a check, in addresses and in `needs`: where `pre_build:api` is a part. */
function isStageName({ key, keyAt }: Entry, report: Report): boolean {
  const taken = CHAIN.some((stage) => stage === key);
  if (taken) {
    const message = `${key} is a stage of the chain`;
    const hint = `give yours another name, or write ${key} as a section of the file`;
    report(error('reserved-stage-name', keyAt, message, hint));
    return false;
  }
  const legal = /^[\p{L}\p{N}_.-]+$/u.test(key) && key !== '.' && key !== '..';
  if (legal && key.length <= MAX_NAME) return true;
  const hint = `it is 1 to ${MAX_NAME} letters, digits, "_", "." and "-", and not "." or ".."`;
  report(error('bad-stage-name', keyAt, 'this is no name for a stage', hint));
  return false;
}
