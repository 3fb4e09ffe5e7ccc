import type { Repository, Trigger } from './model.js';

/**
 * The name of the image that `build` makes: `<registry>/<owner>/<repo>:<tag>`.
 * Repository part as the OCI distribution spec allows it (lower case, single separators);
 * tag: the git tag, `ci_<sha>` for branches, `pr_<number>_<sha>` for pull requests.
 */
export function imageName(
  repository: Pick<Repository, 'owner' | 'name'>,
  trigger: Trigger,
  registry: string | undefined,
): string {
  const path = [repository.owner, repository.name].map(pathComponent).join('/');
  const prefix = registry === undefined ? '' : `${registry.replace(/\/+$/, '')}/`;
  return `${prefix}${path}:${tagOf(trigger)}`;
}

/** The spec's limit on a tag: `[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}`. */
const TAG_LENGTH = 128;

function tagOf(trigger: Trigger): string {
  if (trigger.tag !== undefined) {
    return (
      trigger.tag
        .replace(/[^A-Za-z0-9._-]+/g, '-')
        .replace(/^[.-]+/, '')
        .slice(0, TAG_LENGTH) || 'tag'
    );
  }
  return trigger.pullRequest === undefined
    ? `ci_${trigger.sha}`
    : `pr_${String(trigger.pullRequest)}_${trigger.sha}`;
}

/** `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*`: GitHub also allows `.github`, `a--b_`, `x._y`. */
function pathComponent(name: string): string {
  const legal = name
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/[._-]*[._][._-]*/g, (separators) => (/^(\.|_|__|-+)$/.test(separators) ? separators : '-'))
    .replace(/^[._-]+|[._-]+$/g, '');
  return legal || 'repository';
}
