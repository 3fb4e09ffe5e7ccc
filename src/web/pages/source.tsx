import type { Repository, Trigger } from '../../pipeline/model.js';
import type { Addresses } from '../links.js';

/** Addresses on GitHub come from a payload; only those that a browser opens as a page become links. */
function Outside({ url, children }: { readonly url: string; readonly children: string }) {
  return /^https?:\/\//i.test(url) ? <a href={url}>{children}</a> : <span>{children}</span>;
}

export function RepositoryLink({ repository }: { readonly repository: Repository }) {
  return <Outside url={repository.htmlUrl}>{`${repository.owner}/${repository.name}`}</Outside>;
}

/** The page of its runs here. */
export function RepositoryPageLink({
  addresses,
  repository,
}: {
  readonly addresses: Addresses;
  readonly repository: Repository;
}) {
  return <a href={addresses.repository(repository)}>{`${repository.owner}/${repository.name}`}</a>;
}

interface Source {
  readonly repository: Repository;
  readonly trigger: Trigger;
}

export function CommitLink({ repository, trigger }: Source) {
  return (
    <code>
      <Outside url={`${repository.htmlUrl}/commit/${trigger.sha}`}>{trigger.sha.slice(0, 7)}</Outside>
    </code>
  );
}

/** What was committed from one to the other, on GitHub. */
export function CompareLink({
  repository,
  from,
  to,
}: {
  readonly repository: Repository;
  readonly from: string;
  readonly to: string;
}) {
  const url = `${repository.htmlUrl}/compare/${from}...${to}`;
  return <Outside url={url}>{`${from.slice(0, 7)}...${to.slice(0, 7)}`}</Outside>;
}

/** The pull request, tag or branch that it ran for. */
export function RefLink({ repository, trigger }: Source) {
  const { branch, pullRequest, ref, tag } = trigger;
  const { htmlUrl } = repository;
  if (pullRequest !== undefined) {
    return <Outside url={`${htmlUrl}/pull/${pullRequest}`}>{`pull request #${pullRequest}`}</Outside>;
  }
  if (tag !== undefined) return <Outside url={`${htmlUrl}/tree/${inPath(tag)}`}>{`tag ${tag}`}</Outside>;
  const name = branch ?? ref.replace(/^refs\/heads\//, '');
  return <Outside url={`${htmlUrl}/tree/${inPath(name)}`}>{name}</Outside>;
}

/** A line of caicloud.yml at the commit. */
export function FileLine({ repository, trigger, line }: Source & { readonly line: number }) {
  const url = `${repository.htmlUrl}/blob/${trigger.sha}/caicloud.yml#L${line}`;
  return <Outside url={url}>{`caicloud.yml line ${line}`}</Outside>;
}

/** GitHub keeps the slashes of a ref's name in its addresses. */
function inPath(name: string): string {
  return name.split('/').map(encodeURIComponent).join('/');
}
