import type { Repository } from '../pipeline/model.js';
import type { IntakeEvent } from './intake-event.js';

/** What a webhook leaves to be done, written before it is answered. Any of it may come again, late, and in any order. */
export type Incoming =
  /** A commit that may want a run. */
  | ({ readonly kind: 'commit' } & IntakeEvent)
  | RefGone
  | PullClosed
  | Comment
  | RerunAsked
  | ButtonPressed
  | RepositoryChanged
  | InstallationChanged;

/** What is kept of a webhook; of what we leave to ourselves there is no signature. */
export type SignedIncoming = Incoming & {
  /** X-Hub-Signature-256 of the body. */
  readonly signature?: string;
};

interface Delivered {
  /** GitHub's delivery id: the same when it is sent again. */
  readonly delivery: string;
  readonly repository: Repository;
}

/** A branch or tag was deleted. */
export interface RefGone extends Delivered {
  readonly kind: 'ref_gone';
  /** `refs/heads/…`, `refs/tags/…` */
  readonly ref: string;
  readonly by: string;
}

export interface PullClosed extends Delivered {
  readonly kind: 'pull_closed';
  readonly pull: number;
  readonly by: string;
}

/** Somebody's new comment on an open pull request: it may hold commands. */
export interface Comment extends Delivered {
  readonly kind: 'comment';
  readonly pull: number;
  /** GitHub's id of the comment. */
  readonly comment: number;
  /** GitHub login. */
  readonly by: string;
  readonly body: string;
  /** ms since the epoch, GitHub's clock */
  readonly at: number;
}

/** "Re-run all" (no external id), or "Re-run" on one check of ours. */
export interface RerunAsked extends Delivered {
  readonly kind: 'rerun_asked';
  readonly sha: string;
  /** `<run>/<stage>`, `<run>/cyclone` */
  readonly externalId?: string;
  readonly by: string;
}

/** A button of a check of ours. */
export interface ButtonPressed extends Delivered {
  readonly kind: 'button_pressed';
  readonly sha: string;
  readonly externalId: string;
  readonly identifier: string;
  readonly by: string;
  /** ms since the epoch: when the webhook arrived here */
  readonly at: number;
}

/** Its names and visibility are in `repository`, as they are now. */
export interface RepositoryChanged extends Delivered {
  readonly kind: 'repository_changed';
  readonly change: 'renamed' | 'transferred' | 'deleted' | 'edited' | 'privatized' | 'publicized';
}

export interface InstallationChanged {
  readonly kind: 'installation_changed';
  readonly delivery: string;
  readonly installation: number;
  readonly change:
    | 'created'
    | 'deleted'
    | 'suspended'
    | 'unsuspended'
    | 'repositories_removed'
    | 'repositories_added';
  /** Ids of the repositories that were added or removed; of all when the installation is deleted. */
  readonly repositories: readonly number[];
}
