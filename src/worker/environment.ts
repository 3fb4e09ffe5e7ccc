import type { Lease, Repository, StageId, Trigger } from '../pipeline/model.js';

export interface EnvironmentSource {
  readonly run: number;
  readonly repository: Repository;
  readonly trigger: Trigger;
  /** The page of the run. */
  readonly url: string;
}

/**
 * The environment of a stage as `K=V`: ours, then the file's over it, then CYCLONE_*, which the file
 * cannot change: tools and scripts rely on them. What does not apply is empty, so that `set -u` holds.
 * `image` is the one that `build` made; to a container that is armed before, it comes with the go-signal.
 */
export function stageEnvironment(
  source: EnvironmentSource,
  stage: StageId,
  file: readonly string[],
  image = '',
): readonly string[] {
  const { repository, trigger } = source;
  const own = file.filter((entry) => !isOurs(entry));
  return lastOfEachKey([
    'CI=true',
    ...own,
    ...safeDirectory(own),
    'CYCLONE=true',
    `CYCLONE_RUN=${source.run}`,
    `CYCLONE_STAGE=${stage}`,
    `CYCLONE_EVENT=${trigger.event}`,
    `CYCLONE_REPO=${repository.owner}/${repository.name}`,
    `CYCLONE_SHA=${trigger.sha}`,
    `CYCLONE_REF=${trigger.ref}`,
    `CYCLONE_BRANCH=${trigger.branch ?? ''}`,
    `CYCLONE_TAG=${trigger.tag ?? ''}`,
    `CYCLONE_PR=${trigger.pullRequest ?? ''}`,
    `CYCLONE_IMAGE=${image}`,
    `CYCLONE_URL=${source.url}`,
  ]);
}

/** The secrets of a stage as `K=V`; a value may hold line breaks. */
export function secretEnvironment(
  { stageSecrets }: Pick<Lease, 'stageSecrets'>,
  stage: StageId,
): readonly string[] {
  return Object.entries(stageSecrets?.[stage] ?? {}).map(([name, value]) => `${name}=${value}`);
}

/** The last entry of a key wins, at the place of the first. */
export function lastOfEachKey(entries: readonly string[]): readonly string[] {
  const byKey = new Map<string, string>();
  for (const entry of entries) byKey.set(keyOf(entry), entry);
  return [...byKey.values()];
}

/**
 * The workspace belongs to the worker's user and git runs as root: without this git refuses to work
 * there (CVE-2022-24765). Ours comes after the entries that the file has of its own.
 */
function safeDirectory(file: readonly string[]): readonly string[] {
  const given = file.findLast((entry) => keyOf(entry) === 'GIT_CONFIG_COUNT')?.split('=')[1] ?? '';
  const index = /^[0-9]{1,4}$/.test(given) ? Number(given) : 0;
  return [
    `GIT_CONFIG_COUNT=${index + 1}`,
    `GIT_CONFIG_KEY_${index}=safe.directory`,
    `GIT_CONFIG_VALUE_${index}=*`,
  ];
}

/** Whether an entry is one that the file cannot change: it tells of the run. */
export function isOurs(entry: string): boolean {
  const key = keyOf(entry);
  return key === 'CYCLONE' || key.startsWith('CYCLONE_');
}

function keyOf(entry: string): string {
  const equals = entry.indexOf('=');
  return equals === -1 ? entry : entry.slice(0, equals);
}
