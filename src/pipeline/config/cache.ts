import { globProblem } from '../globs.js';
import type { CacheSpec, Matrix } from '../model.js';
import { placeholdersIn, withoutPlaceholders } from '../placeholders.js';
import { texts } from './container.js';
import type { PlacedText } from './forms.js';
import { error, type Report } from './issues.js';
import { readOwnKeys } from './keys.js';
import { CACHE_KEYS } from './own-keys.js';
import { suggest } from './suggest.js';
import type { MapNode } from './tree.js';

/** Those of a stage's environment that a key may be made of. */
const VARIABLES = [
  'CYCLONE_BRANCH',
  'CYCLONE_TAG',
  'CYCLONE_SHA',
  'CYCLONE_PR',
  'CYCLONE_RUN',
  'CYCLONE_EVENT',
  'CYCLONE_STAGE',
];

/** As long as GitHub's, where many caches come from. */
const LONGEST_KEY = 512;

/** @param matrix of the stage: its values have names */
export function readCaches(
  maps: readonly MapNode[],
  matrix: Matrix | undefined,
  report: Report,
): readonly CacheSpec[] {
  const names = [...VARIABLES, ...namesOf(matrix)];
  return maps.map((map) => {
    const keys = readOwnKeys(map, CACHE_KEYS, 'cache', report);
    if (keys.key?.value === '') {
      report(error('bad-value', keys.key.at, 'the key of a cache is empty', 'name what is stored'));
    }
    const written = [
      ...(keys.key === undefined ? [] : [{ text: keys.key.value, at: keys.key.at }]),
      ...(keys.restore_keys?.value ?? []),
    ];
    for (const text of written) checkKey(text, names, report);
    return {
      key: keys.key?.value ?? '',
      paths: texts(keys.paths),
      restoreKeys: texts(keys.restore_keys),
    };
  });
}

function namesOf(matrix: Matrix | undefined): readonly string[] {
  const { axes = [], include = [] } = matrix ?? {};
  return [...new Set([...axes.map(({ name }) => name), ...include.flatMap((cell) => Object.keys(cell))])];
}

function checkKey({ text, at }: PlacedText, names: readonly string[], report: Report): void {
  for (const placeholder of placeholdersIn(text)) {
    if (placeholder.kind === 'checksum') {
      const problem = globProblem(placeholder.glob);
      if (problem === undefined) continue;
      const hint = 'write ${checksum:package-lock.json} or ${checksum:**/*.gradle}';
      report(error('bad-glob', at, `"${placeholder.glob}" of checksum is no pattern: ${problem}`, hint));
    } else if (!names.includes(placeholder.name)) {
      const best = suggest(placeholder.name, [...names, 'checksum']);
      const all = `there are ${names.join(', ')} and checksum:PATTERN`;
      const hint =
        best === undefined ? all : `did you mean ${best === 'checksum' ? 'checksum:PATTERN' : best}?`;
      report(error('unknown-placeholder', at, `\${${placeholder.name}} stands for nothing in a key`, hint));
    }
  }
  if (withoutPlaceholders(text).includes('${')) {
    report(error('unknown-placeholder', at, 'a ${ is never closed', 'write } behind the name'));
  }
  if (text.length > LONGEST_KEY) {
    report(error('bad-value', at, `a key has ${LONGEST_KEY} characters at most`, 'take a checksum of it'));
  }
}
