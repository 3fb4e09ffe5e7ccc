import { z } from 'zod';
import { badFields, type Problem, toFieldError } from './api-problem.js';
import { CONCLUSIONS, EVENTS, STATUSES } from './api-shapes.js';
import type { WebContext } from './context.js';
import { createdRange } from './created-range.js';
import type { RunFilter } from './ports.js';

/** As GitHub's lists. */
const PER_PAGE = 30;
const MOST_PER_PAGE = 100;
/** Deeper pages make SQL count through everything before them. */
export const LAST_PAGE = 10_000;

const whole = (most: number) => {
  const error = 'expected a whole number from 1 on';
  const digits = (text: unknown): unknown => (/^\d{1,9}$/.test(String(text)) ? Number(text) : text);
  // More than the most is the most, as GitHub does it.
  return z.preprocess(digits, z.int({ error }).min(1, { error })).transform((value) => Math.min(value, most));
};
const oneOf = <const Words extends readonly string[]>(words: Words) =>
  z.enum(words, { error: `expected one of ${words.join(', ')}` });
const name = z.string().max(250, { error: 'too long' });

export const PageQuery = z.strictObject({
  page: whole(LAST_PAGE).optional().describe('From 1'),
  per_page: whole(MOST_PER_PAGE).optional().describe(`${PER_PAGE} when absent, at most ${MOST_PER_PAGE}`),
});

/** What runs are looked for by, in one repository or all. */
export const RunsOfRepositoryQuery = PageQuery.extend({
  branch: name.optional().describe('Of the push, or the head of the pull request'),
  status: oneOf(STATUSES).optional(),
  conclusion: oneOf(CONCLUSIONS).optional(),
  event: oneOf(EVENTS).optional(),
  actor: name.optional().describe('GitHub login of who caused it'),
  head_sha: z
    .string()
    .regex(/^[0-9a-fA-F]{7,40}$/, { error: 'expected 7 to 40 hex digits' })
    .optional()
    .describe('The commit, or how it begins'),
  pull_request: whole(Number.MAX_SAFE_INTEGER).optional().describe('Number of the pull request'),
  tag: name.optional(),
  created: z
    .string()
    .transform((text, context) => {
      const range = createdRange(text);
      if (range === undefined) {
        context.addIssue(
          'expected a date or time, as 2026-01-31, >=2026-01-31T12:00:00Z or 2026-01-01..2026-01-31',
        );
      }
      return range ?? {};
    })
    .optional()
    .describe(
      "Days and times of UTC, in GitHub's words: `2026-01-31`, `>=2026-01-01`, `2026-01-01..2026-01-31`",
    ),
  sort: oneOf(['created']).optional().describe('`created`, the only order there is'),
  direction: oneOf(['asc', 'desc']).optional().describe('`desc`, the newest first, when absent'),
});

export const RunsQuery = RunsOfRepositoryQuery.extend({
  repo: name.optional().describe('`owner/name`; upper and lower case are one'),
});

/** `sig`: the right to see one private run, as the links of its checks have it. */
export const SignedQuery = z.strictObject({
  sig: name.optional().describe('The right to see a run of a private repository, from a link in its checks'),
});

export type Asked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: Problem };

/** The parameters of a request. One that is empty counts as absent; one that there is not is refused. */
export function readQuery<T extends z.ZodObject>(c: WebContext, shape: T): Asked<z.output<T>> {
  const given = Object.entries(c.req.query()).filter(([, value]) => value !== '');
  const read = shape.safeParse(Object.fromEntries(given));
  if (read.success) return { ok: true, value: read.data };
  return {
    ok: false,
    problem: badFields(
      read.error.issues.flatMap((issue) =>
        issue.code === 'unrecognized_keys'
          ? issue.keys.map((field) => ({ field, message: 'there is no such parameter' }))
          : [toFieldError(issue)],
      ),
    ),
  };
}

export interface Page {
  readonly page: number;
  readonly perPage: number;
}

export function pageOf({ page = 1, per_page: perPage = PER_PAGE }: z.output<typeof PageQuery>): Page {
  return { page, perPage };
}

export function runFilterOf(query: z.output<typeof RunsOfRepositoryQuery>): Omit<RunFilter, 'publicOnly'> {
  const { branch, status, conclusion, event, actor, head_sha: sha, tag, created, direction } = query;
  const { page, perPage } = pageOf(query);
  return {
    ...(branch !== undefined && { branch }),
    ...(status && { status }),
    ...(conclusion && { conclusion }),
    ...(event && { event }),
    ...(actor !== undefined && { actor }),
    ...(sha !== undefined && { sha: sha.toLowerCase() }),
    ...(tag !== undefined && { tag }),
    ...(query.pull_request !== undefined && { pullRequest: query.pull_request }),
    ...(created && { created }),
    ...(direction === 'asc' && { oldestFirst: true }),
    limit: perPage,
    offset: (page - 1) * perPage,
  };
}
