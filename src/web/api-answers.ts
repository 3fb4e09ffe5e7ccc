import { problemExample } from './api-examples.js';
import type { OperationAnswer } from './api-operation.js';
import { ApiProblem } from './api-shapes.js';

const problem = (
  description: string,
  message: string,
  more: Partial<OperationAnswer> = {},
): OperationAnswer => ({
  description,
  shape: ApiProblem,
  example: problemExample(message),
  ...more,
});

/** Answers that say why there is no other, by status. */
export const PROBLEMS = {
  400: problem('A parameter, or a field of the body, is not as described', '', {
    example: problemExample('page: expected a whole number from 1 on', [
      { field: 'page', message: 'expected a whole number from 1 on' },
    ]),
  }),
  401: problem('No token, or none that GitHub takes from a person', 'GitHub does not take this token', {
    headers: { 'WWW-Authenticate': '`Bearer`' },
  }),
  403: problem('That person may not write to the repository', 'rita may not write to acme/hello'),
  404: problem('There is no such thing, or it is not theirs to see', 'Not Found'),
  409: problem('It cannot be as things are: the message says why, and often what to do', 'Run 7 is over.'),
  413: problem('The body is larger than 4 KiB', 'The body is too large'),
  415: problem('The body is not `application/json`', 'Send application/json'),
  429: problem('Too many requests', 'Too many requests: try again later', {
    headers: { 'Retry-After': 'Seconds to wait' },
  }),
  500: problem('A fault of ours', 'Something broke here'),
  503: problem(
    'GitHub, or a part of Cyclone, cannot be reached: nothing was done',
    'GitHub or a part of Cyclone cannot be reached: try again',
  ),
} as const;

/** Those of these statuses. */
export function problems(...statuses: readonly (keyof typeof PROBLEMS)[]): Record<number, OperationAnswer> {
  return Object.fromEntries(statuses.map((status) => [status, PROBLEMS[status]]));
}
