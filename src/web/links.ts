import type { StageId } from '../pipeline/model.js';
import { signBadge, signRun } from './signature.js';

/** Addresses of our own pages; those of private repositories' runs carry the right to see them. */
export interface Links {
  run(run: number, isPrivate: boolean): string;
  stage(run: number, stage: StageId, isPrivate: boolean): string;
  /** What a stage kept, to be downloaded. */
  artifacts(run: number, stage: StageId, isPrivate: boolean): string;
  /** What a stage printed that it did not print when it passed the last time. */
  difference(run: number, stage: StageId, isPrivate: boolean): string;
}

/** Every address that a page or the API gives away. */
export interface Addresses extends Links {
  home(page: number): string;
  log(run: number, stage: StageId, isPrivate: boolean): string;
  api(run: number, isPrivate: boolean): string;
  apiStage(run: number, stage: StageId, isPrivate: boolean): string;
  apiRepository(repository: Named): string;
  asset(name: string): string;
  /** Where the form of an action on a run goes: `cancel`, `rerun`. */
  act(run: number, action: string): string;
  /** Wakes a page that shows the run; without one, whatever goes on. */
  events(run?: number, isPrivate?: boolean): string;
  /** The runs of a repository, `more` as its form sends it. */
  repository(repository: Named, more?: Readonly<Record<string, string>>): string;
  badge(repository: Named & { readonly id: number; readonly private: boolean }, branch?: string): string;
}

interface Named {
  readonly owner: string;
  readonly name: string;
}

/** Absolute links, for GitHub, mail and the API. */
export function createLinks(publicUrl: string, key: Buffer | undefined): Links {
  return createAddresses(publicUrl, key);
}

/**
 * @param root what stands before `/runs/1`: an URL, a path, or nothing
 * @param key undefined: no address carries a right
 * @param only the one run whose addresses may carry it; absent: all
 */
export function createAddresses(root: string, key: Buffer | undefined, only?: number): Addresses {
  const base = root.replace(/\/+$/, '');
  const query = (run: number, isPrivate: boolean, more: Record<string, string> = {}): string => {
    const isSigned = isPrivate && (only === undefined || only === run);
    const right = key !== undefined && isSigned ? { sig: signRun(key, run) } : {};
    const parameters = new URLSearchParams({ ...more, ...right }).toString();
    return parameters === '' ? '' : `?${parameters}`;
  };
  const stagePath = (run: number, stage: StageId): string =>
    `${base}/runs/${run}/stages/${encodeURIComponent(stage)}`;
  return {
    home: (page) => (page > 1 ? `${base}/?page=${page}` : `${base}/`),
    run: (run, isPrivate) => `${base}/runs/${run}${query(run, isPrivate)}`,
    stage: (run, stage, isPrivate) => stagePath(run, stage) + query(run, isPrivate),
    artifacts: (run, stage, isPrivate) => `${stagePath(run, stage)}/artifacts${query(run, isPrivate)}`,
    difference: (run, stage, isPrivate) => `${stagePath(run, stage)}/difference${query(run, isPrivate)}`,
    log: (run, stage, isPrivate) => `${stagePath(run, stage)}/log${query(run, isPrivate)}`,
    api: (run, isPrivate) => `${base}/api/runs/${run}${query(run, isPrivate)}`,
    apiStage: (run, stage, isPrivate) =>
      `${base}/api/runs/${run}/stages/${encodeURIComponent(stage)}${query(run, isPrivate)}`,
    apiRepository: (repository) => `${base}/api/repos/${pathOf(repository)}`,
    asset: (name) => `${base}/assets/${name}`,
    act: (run, action) => `${base}/runs/${run}/${action}`,
    events: (run, isPrivate = false) =>
      run === undefined ? `${base}/events` : `${base}/runs/${run}/events${query(run, isPrivate)}`,
    repository: (repository, more = {}) => {
      const parameters = new URLSearchParams(more).toString();
      return `${base}/repos/${pathOf(repository)}${parameters === '' ? '' : `?${parameters}`}`;
    },
    badge: (repository, branch) => {
      const right = key !== undefined && repository.private ? { sig: signBadge(key, repository.id) } : {};
      const parameters = new URLSearchParams({
        ...(branch === undefined ? {} : { branch }),
        ...right,
      }).toString();
      return `${base}/badge/${pathOf(repository)}.svg${parameters === '' ? '' : `?${parameters}`}`;
    },
  };
}

function pathOf({ owner, name }: Named): string {
  return `${encodeURIComponent(owner)}/${encodeURIComponent(name)}`;
}
