/** What came of a request that did not succeed. */
export type FailureKind =
  /** No answer, half an answer, or a server's error: it may have been carried out. */
  | 'unanswered'
  /** A primary or secondary rate limit; nothing was done. */
  | 'limited'
  /** The token was not taken. */
  | 'unauthorized'
  /** A suspended installation, a permission not granted, an archived repository: people can change each. */
  | 'forbidden'
  /** There is no token to ask with; nothing was sent. */
  | 'no_token'
  /** Gone, unknown, or not a valid request: asking again is of no use. */
  | 'refused';

interface FailureFacts {
  readonly kind: FailureKind;
  readonly status?: number | undefined;
  /** Not before that time (ms since the epoch), as GitHub says. */
  readonly retryAt?: number | undefined;
  /** GitHub's support finds the request by it. */
  readonly requestId?: string | undefined;
  /** GitHub's codes of what is wrong, e.g. `too_large`. */
  readonly codes?: readonly string[] | undefined;
}

/**
 * A request to GitHub failed. Holds neither the token nor the body of the request: Octokit's own error
 * has both, and loggers print what an error has.
 */
export class GitHubFailure extends Error {
  override readonly name = 'GitHubFailure';
  readonly kind: FailureKind;
  readonly status: number | undefined;
  readonly retryAt: number | undefined;
  readonly requestId: string | undefined;
  readonly codes: readonly string[];
  constructor(message: string, facts: FailureFacts) {
    super(message);
    this.kind = facts.kind;
    this.status = facts.status;
    this.retryAt = facts.retryAt;
    this.requestId = facts.requestId;
    this.codes = facts.codes ?? [];
  }
}
