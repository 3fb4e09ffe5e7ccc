import type { z } from 'zod';
import type { ApiProblem } from './api-shapes.js';
import type { ReadJson } from './body.js';
import type { Room, WebContext } from './context.js';

export interface Problem {
  readonly status: 400 | 401 | 403 | 404 | 405 | 409 | 413 | 415 | 429 | 500 | 503;
  readonly message: string;
  readonly errors?: readonly FieldError[];
}

/** What is wrong with one parameter, or one field of a body. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

export const NOT_FOUND: Problem = { status: 404, message: 'Not Found' };
export const AWAY: Problem = {
  status: 503,
  message: 'GitHub or a part of Cyclone cannot be reached: try again',
};
export const BROKEN: Problem = { status: 500, message: 'Something broke here' };

/** Every answer of the API that is no success has this one shape. */
export function sendApiProblem(
  { publicUrl }: Pick<Room, 'publicUrl'>,
  c: WebContext,
  { status, message, errors }: Problem,
): Response {
  const problem = {
    message,
    ...(errors && { errors: [...errors] }),
    documentation_url: `${publicUrl.replace(/\/+$/, '')}/api`,
  } satisfies ApiProblem;
  return c.json(problem, status, { 'Cache-Control': 'no-store' });
}

/** A request whose parameters, or whose body's fields, are not as they are described. */
export function badFields(errors: readonly FieldError[]): Problem {
  return {
    status: 400,
    message: errors.map(({ field, message }) => (field === '' ? message : `${field}: ${message}`)).join('; '),
    errors,
  };
}

export function badBody({ status, message, issues }: Extract<ReadJson<unknown>, { ok: false }>): Problem {
  if (issues !== undefined) return badFields(issues.map(toFieldError));
  return { status, message: message ?? 'The body is not JSON' };
}

export function toFieldError({ path, message }: z.core.$ZodIssue): FieldError {
  return { field: path.join('.'), message };
}

export function isForApi(c: WebContext): boolean {
  return /^\/api(\/|$)/.test(c.req.path);
}
