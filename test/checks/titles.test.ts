import { describe, expect, test } from '@jest/globals';
import { WHOLE_RUN } from '../../src/checks/ports.js';
import { renderCheck } from '../../src/checks/render.js';
import type { Issue, RunStatus, StageState } from '../../src/pipeline/model.js';
import {
  ended,
  failed,
  links,
  passed,
  queued,
  runEnded,
  running,
  START,
  skipped,
  subject,
} from './subjects.js';

function stage(state: StageState) {
  return renderCheck(subject({ stages: { test: state } }), 'test', { links });
}

function run(state: RunStatus, stages: Readonly<Record<string, StageState>>, issues: readonly Issue[] = []) {
  return renderCheck(subject({ state, stages, issues }), WHOLE_RUN, { links });
}

const command = { index: 3, total: 5, text: 'go test ./...' };

describe('a stage', () => {
  test.each<[string, StageState]>([
    ['Queued', queued],
    ['Running', running()],
    ['Passed in 12 s', ended(passed, 12)],
    ['Passed in 0.4 s', ended(passed, 0.4)],
    ['Passed', ended(passed)],
    ['Failed at command 3 of 5: go test ./... exited 1 after 48 s', ended(failed({ command }), 48)],
    ['Failed: the container exited 137 after 1 min 52 s', ended(failed({ exitCode: 137 }), 112)],
    [
      'Failed at command 3 of 5: go test ./... was ended by SIGSEGV after 3 s',
      ended(failed({ code: 'signal', signal: 'SIGSEGV', command }), 3),
    ],
    [
      'Out of memory: killed at the 512 MiB limit, in command 2 of 4',
      ended(
        failed({
          code: 'out_of_memory',
          memoryLimit: 512 * 1024 * 1024,
          command: { index: 2, total: 4, text: 'x' },
        }),
        3,
      ),
    ],
    [
      'Timed out after 30 min, in command 1 of 1: npm test',
      ended(
        { kind: 'timed_out', afterSeconds: 1800, command: { index: 1, total: 1, text: 'npm test' } },
        1800,
      ),
    ],
    ['Timed out after 2 h 5 min', ended({ kind: 'timed_out', afterSeconds: 7500 }, 7500)],
    ['Cancelled: superseded by 9be01d2', ended({ kind: 'cancelled', by: 'superseded by 9be01d2' })],
    ['Cancelled by alice', ended({ kind: 'cancelled', by: 'by alice' })],
    [
      'Skipped: deploy runs on tags; this is a push to main',
      ended(skipped('deploy runs on tags; this is a push to main')),
    ],
    [
      'Failed: image acme/x:1 does not exist',
      ended(failed({ code: 'image', message: 'image acme/x:1 does not exist' }), 1),
    ],
    ['Failed: the image has no /bin/sh', ended(failed({ code: 'no_shell' }), 1)],
    ['Refused by policy: privileged', ended(failed({ code: 'refused_by_policy', message: 'privileged' }))],
    [
      'Cyclone could not finish this stage: its worker was lost',
      ended({ kind: 'error', message: 'its worker was lost' }),
    ],
  ])('%s', (title, state) => {
    expect(stage(state).title).toBe(title);
  });

  test('a command of several lines is shown by its first', () => {
    const text = 'for i in 1 2; do\n  false\ndone';
    const view = stage(ended(failed({ command: { index: 1, total: 1, text } }), 2));
    expect(view.title).toBe('Failed at command 1 of 1: for i in 1 2; do … exited 1 after 2 s');
  });

  test('a long command leaves room for what became of it', () => {
    const view = stage(ended(failed({ command: { ...command, text: 'x'.repeat(5000) } }), 48));
    expect(view.title).toMatch(/^Failed at command 3 of 5: x+… exited 1 after 48 s$/);
  });

  test.each<[string, string | undefined, StageState]>([
    ['queued', undefined, queued],
    ['in_progress', undefined, running()],
    ['completed', 'success', ended(passed, 1)],
    ['completed', 'failure', ended(failed(), 1)],
    ['completed', 'failure', ended({ kind: 'error', message: '' }, 1)],
    ['completed', 'timed_out', ended({ kind: 'timed_out', afterSeconds: 1 }, 1)],
    ['completed', 'cancelled', ended({ kind: 'cancelled', by: '' }, 1)],
    ['completed', 'skipped', ended(skipped(''))],
    ['completed', 'neutral', ended({ kind: 'neutral', message: 'allowed to fail' }, 1)],
  ])('is %s, %s', (status, conclusion, state) => {
    const view = stage(state);
    expect([view.status, view.conclusion]).toEqual([status, conclusion]);
  });

  test('has a name, an id and an address of its own', () => {
    const view = renderCheck(subject({ stages: { 'lint (node=20)': running() } }), 'lint (node=20)', {
      links,
    });
    expect(view).toMatchObject({
      name: 'cyclone/lint (node=20)',
      externalId: '7/lint (node=20)',
      detailsUrl: 'https://ci.example/runs/7/stages/lint%20(node%3D20)',
      startedAt: START,
    });
  });
});

describe('the whole run', () => {
  const three = { pre_build: ended(passed, 4), build: ended(passed, 4), deploy: ended(skipped('not a tag')) };
  const error: Issue = {
    code: 'unknown-key',
    severity: 'error',
    message: 'unknown key "postbuild"',
    hint: 'did you mean post_build?',
    line: 14,
    column: 1,
  };

  const waits: StageState = { status: 'queued', waits: 'group db' };

  test.each<[string, RunStatus, Readonly<Record<string, StageState>>]>([
    ['Queued', { status: 'queued' }, { build: queued }],
    [
      'Running build · 1 of 2 stages done',
      { status: 'in_progress', startedAt: START },
      { pre_build: ended(passed, 4), build: running(), deploy: ended(skipped('not a tag')) },
    ],
    ['build waits for group db', { status: 'queued' }, { build: waits }],
    [
      'deploy waits for group db (and 1 more) · 1 of 3 stages done',
      { status: 'in_progress', startedAt: START },
      { build: ended(passed, 4), deploy: waits, lint: waits },
    ],
    [
      'Running build · 0 of 2 stages done',
      { status: 'in_progress', startedAt: START },
      { build: running(), deploy: waits },
    ],
    ['Passed in 12 s · 2 stages', runEnded('success', '2 passed'), three],
    [
      'Passed in 12 s · 1 stage · 2 allowed failures',
      runEnded('success', '1 passed, 2 allowed failures: lint (2 cells)'),
      {
        build: ended(passed, 4),
        'lint (n=1)': ended({ kind: 'neutral', message: 'Failed', allowed: true }, 1),
        'lint (n=2)': ended({ kind: 'neutral', message: 'Failed', allowed: true }, 1),
      },
    ],
    [
      '101 of 101 stages failed: e2e (100 cells), lint',
      runEnded('failure', ''),
      {
        ...Object.fromEntries(
          Array.from({ length: 100 }, (_, cell) => [`e2e (n=${cell})`, ended(failed(), 1)]),
        ),
        lint: ended(failed(), 1),
      },
    ],
    [
      'Passed: no stage runs on this event',
      runEnded('success', 'no stage runs on this event'),
      { deploy: ended(skipped('not a tag')) },
    ],
    [
      '2 of 3 stages failed: pre_build, lint',
      runEnded('failure', 'pre_build, lint failed'),
      {
        pre_build: ended(failed(), 1),
        lint: ended({ kind: 'timed_out', afterSeconds: 9 }, 9),
        build: ended({
          kind: 'skipped',
          reason: { kind: 'earlier_stage', stage: 'pre_build', message: 'pre_build failed' },
        }),
        deploy: ended(skipped('not a tag')),
      },
    ],
    ['Cancelled: superseded by 9be01d2', runEnded('cancelled', 'superseded by 9be01d2'), three],
    ['Skipped: the commit says [skip ci]', runEnded('skipped', 'the commit says [skip ci]'), {}],
    [
      'Waiting for a person: this pull request comes from a fork',
      runEnded('action_required', 'this pull request comes from a fork'),
      {},
    ],
  ])('%s', (title, state, stages) => {
    expect(run(state, stages).title).toBe(title);
  });

  test('a broken file: where, what, and what was meant', () => {
    const view = run(runEnded('failure', 'caicloud.yml is not valid', 0), {}, [
      error,
      { ...error, line: 20 },
    ]);
    expect(view).toMatchObject({
      title: 'caicloud.yml line 14: unknown key "postbuild". Did you mean post_build? (and 1 more)',
      status: 'completed',
      conclusion: 'failure',
      externalId: '7/cyclone',
      detailsUrl: 'https://ci.example/runs/7',
    });
  });

  test('a file whose only section is misspelled says so where it is not red', () => {
    const nothing = runEnded('success', 'the file has no stages', 0);
    const neutral = runEnded('neutral', 'nothing to run', 0);
    const warning = { ...error, severity: 'warning' as const };
    expect(run(nothing, {}, [warning, warning]).title).toBe(
      'Nothing to run: caicloud.yml line 14: unknown key "postbuild". Did you mean post_build? (and 1 more)',
    );
    expect(run(neutral, {}, [warning]).title).toMatch(/^Nothing to run: caicloud.yml line 14: unknown key/);
    expect(run(nothing, {}).title).toBe('Passed: the file has no stages');
    expect(run(nothing, { build: ended(passed, 1) }, [warning]).title).toMatch(/^Passed/);
  });

  test('problems of the file are annotated, columns only on one line', () => {
    const warning = { ...error, severity: 'warning' as const };
    const view = run({ status: 'queued' }, {}, [
      { ...warning, endLine: 16, endColumn: 4 },
      { ...error, endColumn: 10 },
    ]);
    const base = { path: 'caicloud.yml', title: 'unknown-key', startLine: 14 };
    const message = 'unknown key "postbuild"\ndid you mean post_build?';
    expect(view.annotations).toEqual([
      { ...base, message, level: 'failure', endLine: 14, startColumn: 1, endColumn: 9 },
      { ...base, message, level: 'warning', endLine: 16 },
    ]);
    expect(view.text).toContain('caicloud.yml:14:1 warning unknown-key  unknown key "postbuild"');
  });

  test('only so many problems are annotated, and all that fit are listed', () => {
    const many = Array.from({ length: 3000 }, (_, index) => ({ ...error, line: index + 1 }));
    const view = run(runEnded('failure', ''), {}, many);
    expect(view.annotations).toHaveLength(250);
    expect(Buffer.byteLength(view.text ?? '')).toBeLessThanOrEqual(65_535);
    expect(view.text).toMatch(/… and \d+ more lines/);
  });
});
