import { z } from 'zod';

const line = z.int().min(0);
const milliseconds = z.number().describe('milliseconds since the epoch');

/** As `log-protocol.ts`, which the script of the page reads: a test of types holds them together. */
export const LogLines = z.strictObject({
  from: line.describe('Number of the first line, from 1'),
  lines: z.array(
    z.strictObject({
      text: z.string(),
      at: milliseconds.optional(),
      by: z.enum(['stderr', 'cyclone']).optional().describe('Absent: standard output'),
      more: z.int().optional().describe('Bytes of a very long line that are only in the raw log'),
    }),
  ),
  total: line.describe('Lines that the log has by now'),
});

export const LogOutline = z.strictObject({
  bytes: z.int(),
  lines: line,
  complete: z.boolean().describe('Nothing more comes'),
  sections: z.array(
    z.strictObject({
      kind: z.enum(['before', 'command', 'step', 'try', 'end']),
      number: z.int(),
      line,
      until: line,
      title: z.string(),
      state: z.enum(['passed', 'failed', 'running']),
      ms: z.number().optional(),
    }),
  ),
  services: z.array(z.string()),
  cause: z
    .strictObject({ line, lines: z.int(), kind: z.string(), text: z.string() })
    .nullable()
    .describe('The probable first cause of a failure'),
});

export const LogErrors = z.strictObject({
  lines: z.array(line).describe('Where it looks like trouble, ascending'),
  count: z.int(),
});

export const LogSearch = z.strictObject({
  lines: z.array(line).describe('Newly found, ascending'),
  count: z.int().describe('Lines found by now'),
  scanned: z.int().describe('Lines looked at by now'),
  done: z.boolean(),
});
