import { CheckRefused, CheckRetry } from '../../checks/ports.js';
import { GitHubFailure } from './failure.js';

/** What the checks room is told of a request that failed. */
export async function asked<T>(task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (error) {
    throw error instanceof GitHubFailure ? verdict(error) : error;
  }
}

function verdict(failure: GitHubFailure): CheckRetry | CheckRefused {
  return failure.kind === 'refused'
    ? new CheckRefused(failure.message, { cause: failure })
    : new CheckRetry(failure.message, {
        ...retryAt(failure),
        uncertain: failure.kind === 'unanswered',
        cause: failure,
      });
}

export function retryAt(failure: GitHubFailure): { retryAt?: number } {
  return failure.retryAt === undefined ? {} : { retryAt: failure.retryAt };
}
