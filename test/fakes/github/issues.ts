import type { Issue, PullRequest, Repository } from './state/model.js';
import type { World } from './world.js';

/** Issues and pull requests count together. */
export function nextNumber(repository: Repository): number {
  const { nextNumber: number } = repository;
  repository.nextNumber += 1;
  return number;
}

/** An issue that is no pull request. No webhook tells of it: the App has no use for `issues`. */
export function openIssue(
  world: World,
  wanted: Pick<Issue, 'repository' | 'author' | 'title' | 'body'>,
): Issue {
  const at = world.now();
  const issue: Issue = {
    ...wanted,
    kind: 'issue',
    id: world.state.ids.next(),
    number: nextNumber(wanted.repository),
    state: 'open',
    closedAt: undefined,
    createdAt: at,
    updatedAt: at,
  };
  world.state.issues.set(issue.id, issue);
  return issue;
}

/** An issue or a pull request by its number. */
export function findByNumber(
  { state }: World,
  repository: Repository,
  number: number,
): Issue | PullRequest | undefined {
  const all = [...state.issues.values(), ...state.pulls.values()];
  return all.find((each) => each.repository === repository && each.number === number);
}

export function closeIssue(world: World, issue: Issue): void {
  issue.state = 'closed';
  issue.closedAt = world.now();
}
