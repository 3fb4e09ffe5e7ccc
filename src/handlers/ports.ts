import type { Answer, Repository } from '../pipeline/model.js';

/** GitHub's roles, strongest first. `none`: a private repository that is not theirs to see. */
export type Role = 'admin' | 'maintain' | 'write' | 'triage' | 'read' | 'none';

/** Rights as GitHub knows them at the time of the call: nothing is kept. Rejects when GitHub cannot be asked. */
export interface Permissions {
  of(repository: Repository, login: string): Promise<Role>;
}

/** GitHub's names. https://docs.github.com/en/rest/reactions/reactions#about-reactions */
export type Reaction = 'eyes' | 'rocket' | '+1' | '-1' | 'confused';

export interface Reactions {
  /** Safe to repeat. A comment that is gone takes none, and that is no error. Rejects when GitHub cannot be asked. */
  add(repository: Repository, comment: number, reaction: Reaction): Promise<void>;
}

/** A comment as it is now. */
export interface Written {
  /** GitHub login; undefined: the account is gone. */
  readonly by: string | undefined;
  readonly body: string;
}

export interface Comments {
  /** Undefined: it was deleted. Rejects when GitHub cannot be asked. */
  read(repository: Repository, comment: number): Promise<Written | undefined>;
}

export type { Answer };

export interface Replies {
  /**
   * Says it in the one comment that we have on a pull request. The answer to a question that was answered
   * changes nothing: safe to repeat. Resolves when it is kept; GitHub hears it when there is room for it.
   */
  say(repository: Repository, pull: number, answer: Answer): Promise<void>;
}
