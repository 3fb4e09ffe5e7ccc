import { z } from 'zod';
import { LogErrors, LogLines, LogOutline, LogSearch } from './api-log-shapes.js';
import type { Operation, OperationAnswer } from './api-operation.js';
import { SignedQuery } from './api-query.js';

const NOT_THERE: Readonly<Record<number, OperationAnswer>> = {
  404: { description: 'There is no such stage, or it is not theirs to see', type: 'text/html' },
  503: { description: 'GitHub cannot be asked who may see it', type: 'text/html' },
};

const service = z.string().max(250).optional().describe('The log of this service beside the stage');
const from = z.int().min(1).optional().describe('The first line, from 1');

const log = (
  id: string,
  path: string,
  { query = SignedQuery, ...operation }: Pick<Operation, 'summary' | 'answers'> & Partial<Operation>,
): Operation => ({
  id,
  method: 'get',
  path: `/runs/{run}/stages/{stage}/log${path}`,
  group: 'Logs',
  sample: { run: '7', stage: 'integration' },
  ...operation,
  query,
  answers: { ...operation.answers, ...NOT_THERE },
});

const bytes = { type: 'text/plain; charset=utf-8', description: 'The log' };

export const LOGS: readonly Operation[] = [
  log('getLog', '', {
    summary: 'The log of a stage as it was printed',
    description: 'While the stage runs, what is printed meanwhile follows until its end.',
    answers: {
      200: bytes,
      206: {
        ...bytes,
        description: 'The part that the header `Range` asks for',
        headers: { 'Content-Range': 'bytes of it' },
      },
      416: { description: 'The log does not have these bytes' },
    },
  }),
  log('streamLog', '/stream', {
    summary: 'The log while it grows, as server-sent events',
    description:
      'Events `log` with the text in `data` and the byte offset behind it as `id`; at last `end` with the conclusion of the stage.',
    query: SignedQuery.extend({
      from: z.int().min(0).optional().describe('The byte to begin at'),
      plain: z.enum(['1']).optional().describe('`1`: without escape sequences'),
    }),
    answers: { 200: { description: 'Events', type: 'text/event-stream; charset=utf-8' } },
  }),
  log('getLogLines', '/lines', {
    summary: 'Some lines of a log, each with its time',
    query: SignedQuery.extend({
      from,
      count: z.int().min(1).optional().describe('How many'),
      service,
    }),
    answers: {
      200: {
        description: 'The lines that are there',
        shape: LogLines,
        example: {
          from: 118,
          lines: [
            { text: '--- FAIL: TestLogin (0.02s)', at: 1_767_605_511_000 },
            { text: 'login_test.go:41: got 401, want 200', at: 1_767_605_511_004, by: 'stderr' },
          ],
          total: 240,
        },
      },
    },
  }),
  log('getLogOutline', '/outline', {
    summary: 'The sections of a log, and the probable cause of a failure',
    query: SignedQuery.extend({ service }),
    answers: {
      200: {
        description: 'What can be folded',
        shape: LogOutline,
        example: {
          bytes: 20_480,
          lines: 240,
          complete: true,
          sections: [
            {
              kind: 'command',
              number: 3,
              line: 101,
              until: 238,
              title: 'go test ./...',
              state: 'failed',
              ms: 47_810,
            },
          ],
          services: ['postgres'],
          cause: { line: 118, lines: 2, kind: 'assertion', text: 'got 401, want 200' },
        },
      },
    },
  }),
  log('getLogErrors', '/errors', {
    summary: 'Where a log looks like trouble',
    query: SignedQuery.extend({ service }),
    answers: {
      200: { description: 'The lines', shape: LogErrors, example: { lines: [118, 119], count: 2 } },
    },
  }),
  log('searchLog', '/search', {
    summary: 'Looks for text in a log',
    description: 'One object a line while the log is read, the last one with `done`.',
    query: SignedQuery.extend({
      q: z.string().min(1).max(200).describe('What to look for'),
      case: z.enum(['1']).optional().describe('`1`: upper and lower case are two'),
      service,
    }),
    answers: {
      200: {
        description: 'What was found so far',
        shape: LogSearch,
        type: 'application/x-ndjson',
        example: { lines: [119], count: 1, scanned: 240, done: true },
      },
    },
  }),
  log('followLogLines', '/events', {
    summary: 'Lines and outline of a log while it grows, as server-sent events',
    description:
      'Events `lines` and `outline` with what these operations answer as JSON in `data`; at last `end` with the conclusion of the stage.',
    query: SignedQuery.extend({ from, service }),
    answers: { 200: { description: 'Events', type: 'text/event-stream; charset=utf-8' } },
  }),
];
