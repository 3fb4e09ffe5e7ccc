import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Row } from './report.js';

const SAMPLE = z.strictObject({
  min: z.number(),
  p50: z.number(),
  p95: z.number(),
  p99: z.number(),
  max: z.number(),
  count: z.int().positive(),
});

const ROW = z.strictObject({
  name: z.string(),
  ours: SAMPLE,
  reference: z.strictObject({ name: z.string(), sample: SAMPLE }),
  unit: z.enum(['ms', 'MB', 'requests']).optional(),
  goal: z.strictObject({
    of: z.enum(['ratio', 'min', 'p50', 'p95', 'p99', 'max']),
    atMost: z.number(),
  }),
  note: z.string().optional(),
});

const MACHINE = z.strictObject({
  cores: z.int(),
  cpu: z.string(),
  /** GiB */
  memory: z.number(),
  system: z.string(),
  node: z.string(),
  /** Absent: none answered. */
  engine: z.string().optional(),
});

const GROUP = z.strictObject({
  name: z.string(),
  /** ISO 8601, when it was measured. */
  at: z.string(),
  /** Of the sources, as git names it; absent: not known. */
  commit: z.string().optional(),
  machine: MACHINE,
  rows: z.array(ROW),
});

const RESULT = z.strictObject({ groups: z.array(GROUP) });

export type Machine = z.infer<typeof MACHINE>;

/** What belongs together, measured in one go. */
export interface Group extends Omit<z.infer<typeof GROUP>, 'rows'> {
  readonly rows: readonly Row[];
}

/** What `--json` writes. */
export interface Result {
  readonly groups: readonly Group[];
}

/** @throws Error when it is not what `--json` has written */
export function readResult(file: string): Result {
  const parsed = RESULT.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (parsed.success) return parsed.data as Result;
  throw new Error(`${file} is not what script/bench --json writes: ${z.prettifyError(parsed.error)}`);
}

/** A group that was measured again takes the place of the one before; the others keep theirs. */
export function merged(before: Result, after: Result): Result {
  const again = new Map(after.groups.map((group) => [group.name, group]));
  const kept = before.groups.map((group) => again.get(group.name) ?? group);
  const known = new Set(before.groups.map(({ name }) => name));
  return { groups: [...kept, ...after.groups.filter(({ name }) => !known.has(name))] };
}
