import { atLeast } from '../http/rights.js';
import type { Repository, Role } from '../state/model.js';
import type { Urls } from '../urls.js';
import { accountView, nodeId, timestamp } from './account.js';

/** Holds all that GitHub's forms of a repository have in common; valid as any of them but the push's. */
export function repositoryView(urls: Urls, repository: Repository) {
  return {
    id: repository.id,
    node_id: nodeId('R', repository.id),
    name: repository.name,
    full_name: repository.fullName,
    private: repository.private,
    visibility: repository.private ? ('private' as const) : ('public' as const),
    owner: accountView(urls, repository.owner),
    description: null,
    fork: repository.forkOf !== undefined,
    ...links(urls, repository),
    ...counts,
    ...features,
    default_branch: repository.defaultBranch,
    created_at: timestamp(repository.createdAt),
    updated_at: timestamp(repository.pushedAt),
    pushed_at: timestamp(repository.pushedAt),
  };
}

/** Of `GET /repos/{owner}/{repo}`, for someone of that role. */
export function fullRepositoryView(urls: Urls, repository: Repository, role: Role) {
  return {
    ...repositoryView(urls, repository),
    ...(repository.owner.type === 'Organization'
      ? { organization: accountView(urls, repository.owner) }
      : {}),
    subscribers_count: 0,
    network_count: 0,
    permissions: {
      admin: atLeast(role, 'admin'),
      maintain: atLeast(role, 'maintain'),
      push: atLeast(role, 'write'),
      triage: atLeast(role, 'triage'),
      pull: atLeast(role, 'read'),
    },
  };
}

/** Of a push, whose times are seconds since the epoch. */
export function pushRepositoryView(urls: Urls, repository: Repository) {
  const { owner } = repository;
  return {
    ...repositoryView(urls, repository),
    owner: { ...accountView(urls, owner), name: owner.login, email: owner.email },
    url: `${urls.web}/${repository.fullName}`,
    created_at: Math.floor(repository.createdAt / 1000),
    pushed_at: Math.floor(repository.pushedAt / 1000),
    stargazers: 0,
    master_branch: repository.defaultBranch,
    ...(owner.type === 'Organization' ? { organization: owner.login } : {}),
  };
}

function links(urls: Urls, { fullName }: Repository) {
  const url = `${urls.api}/repos/${fullName}`;
  const web = `${urls.web}/${fullName}`;
  return {
    url,
    html_url: web,
    clone_url: `${web}.git`,
    git_url: `git://${urls.host}/${fullName}.git`,
    ssh_url: `ssh://git@${urls.host}/${fullName}.git`,
    svn_url: web,
    mirror_url: null,
    homepage: null,
    archive_url: `${url}/{archive_format}{/ref}`,
    assignees_url: `${url}/assignees{/user}`,
    blobs_url: `${url}/git/blobs{/sha}`,
    branches_url: `${url}/branches{/branch}`,
    collaborators_url: `${url}/collaborators{/collaborator}`,
    comments_url: `${url}/comments{/number}`,
    commits_url: `${url}/commits{/sha}`,
    compare_url: `${url}/compare/{base}...{head}`,
    contents_url: `${url}/contents/{+path}`,
    contributors_url: `${url}/contributors`,
    deployments_url: `${url}/deployments`,
    downloads_url: `${url}/downloads`,
    events_url: `${url}/events`,
    forks_url: `${url}/forks`,
    git_commits_url: `${url}/git/commits{/sha}`,
    git_refs_url: `${url}/git/refs{/sha}`,
    git_tags_url: `${url}/git/tags{/sha}`,
    hooks_url: `${url}/hooks`,
    issue_comment_url: `${url}/issues/comments{/number}`,
    issue_events_url: `${url}/issues/events{/number}`,
    issues_url: `${url}/issues{/number}`,
    keys_url: `${url}/keys{/key_id}`,
    labels_url: `${url}/labels{/name}`,
    languages_url: `${url}/languages`,
    merges_url: `${url}/merges`,
    milestones_url: `${url}/milestones{/number}`,
    notifications_url: `${url}/notifications{?since,all,participating}`,
    pulls_url: `${url}/pulls{/number}`,
    releases_url: `${url}/releases{/id}`,
    stargazers_url: `${url}/stargazers`,
    statuses_url: `${url}/statuses/{sha}`,
    subscribers_url: `${url}/subscribers`,
    subscription_url: `${url}/subscription`,
    tags_url: `${url}/tags`,
    teams_url: `${url}/teams`,
    trees_url: `${url}/git/trees{/sha}`,
  };
}

const counts = {
  size: 0,
  forks: 0,
  forks_count: 0,
  stargazers_count: 0,
  watchers: 0,
  watchers_count: 0,
  open_issues: 0,
  open_issues_count: 0,
};

const features = {
  language: null,
  license: null,
  topics: [],
  is_template: false,
  has_issues: true,
  has_projects: true,
  has_wiki: true,
  has_pages: false,
  has_downloads: true,
  has_discussions: false,
  archived: false,
  disabled: false,
  allow_forking: true,
  web_commit_signoff_required: false,
};
