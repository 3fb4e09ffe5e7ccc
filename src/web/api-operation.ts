import type { z } from 'zod';

/** One operation, described once: it is mounted, documented and tested by this. */
export interface Operation {
  /** Stable: programs that are made of the description call it so. */
  readonly id: string;
  readonly method: 'get' | 'post';
  /** With `{run}` for a part that is filled in. */
  readonly path: string;
  readonly group: Group;
  /** One line. */
  readonly summary: string;
  readonly description?: string;
  readonly query?: z.ZodObject;
  readonly body?: {
    readonly shape: z.ZodObject;
    /** Absent: it may be left out. */
    readonly required?: true;
    readonly example: object;
  };
  /** A token of a person must come with it. */
  readonly needsToken?: true;
  /** What a person would fill in, by part of the path. */
  readonly sample?: Readonly<Record<string, string>>;
  readonly answers: Readonly<Record<number, OperationAnswer>>;
}

export const GROUPS = {
  Runs: 'What ran, what it did, and why.',
  Repositories: 'Where something ran.',
  Acting: 'Starting, ending and running again, as a person whom GitHub lets write to the repository.',
  Logs: 'What stages print. Lines are numbered from 1.',
  Floor: 'What waits, and for whom.',
  Description: 'The API about itself.',
} as const;
export type Group = keyof typeof GROUPS;

export interface OperationAnswer {
  readonly description: string;
  /** Absent: there is no body, or one that is no JSON. */
  readonly shape?: z.ZodType;
  /** Absent: `application/json` with a shape, else no body that is described. */
  readonly type?: string;
  readonly example?: unknown;
  /** What they say, by name. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** `/api/runs/{run}` → `/api/runs/:run` */
export function routeOf({ path }: Pick<Operation, 'path'>): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1');
}
