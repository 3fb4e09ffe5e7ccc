import { describe, expect, test } from '@jest/globals';
import { judged } from '../../src/pipeline/judgement.js';
import { bytes, count, duration } from '../../src/pipeline/measures.js';
import type { Failure, Outcome, StageFacts, StageState } from '../../src/pipeline/model.js';
import { keepStart, namesOf, stageReason, stageTitle } from '../../src/pipeline/wording.js';

const command = { index: 2, total: 4, text: 'make\nmake test' };

function ended(outcome: Outcome, facts: StageFacts = {}): StageState {
  return { status: 'completed', outcome, facts, startedAt: 0, completedAt: 3000 };
}

describe('measures', () => {
  test.each([
    [0, '0 s'],
    [420, '0.4 s'],
    [9_960, '10 s'],
    [48_000, '48 s'],
    [59_600, '1 min'],
    [112_000, '1 min 52 s'],
    [7_500_000, '2 h 5 min'],
    [7_200_000, '2 h'],
  ])('%i ms is %s', (ms, words) => expect(duration(ms)).toBe(words));

  test.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [512 * 2 ** 20, '512 MiB'],
    [1536, '1.5 KiB'],
  ])('%i bytes are %s', (number, words) => expect(bytes(number)).toBe(words));

  test('counted nouns', () => {
    expect([0, 1, 2].map((number) => count(number, 'cell'))).toEqual(['0 cells', '1 cell', '2 cells']);
  });
});

describe('why a stage is where it is', () => {
  test.each<[Failure, string]>([
    [{ code: 'exit', message: '', exitCode: 1, command }, 'command 2 of 4: make … exited 1'],
    [
      { code: 'signal', message: '', signal: 'SIGSEGV', command },
      'command 2 of 4: make … was ended by SIGSEGV',
    ],
    [{ code: 'exit', message: '', exitCode: 3 }, 'the container exited 3'],
    [
      { code: 'out_of_memory', message: '', memoryLimit: 2 ** 20, command },
      'out of memory: killed at the 1 MiB limit, in command 2 of 4',
    ],
    [{ code: 'image', message: 'no such image: x' }, 'no such image: x'],
    [{ code: 'no_shell', message: '' }, 'the image has no /bin/sh'],
  ])('%j', (failure, words) => expect(stageReason(ended({ kind: 'failed', failure }))).toBe(words));

  test.each<[string, StageState, readonly string[]]>([
    ['Queued', { status: 'queued' }, []],
    ['Queued: after build, e2e (2 cells)', { status: 'queued' }, ['build', 'e2e (n=1)', 'e2e (n=2)']],
    [
      'Queued: waits for a worker with label gpu',
      { status: 'queued', waits: 'a worker with label gpu' },
      ['build'],
    ],
    ['Passed in 3 s, on try 2', ended({ kind: 'passed' }, { tries: 2 }), []],
    [
      'Failed: the container exited 9 after 3 s, on try 3',
      ended({ kind: 'failed', failure: { code: 'exit', message: '', exitCode: 9 } }, { tries: 3 }),
      [],
    ],
    [
      'Timed out after 1 min 30 s, on try 2, in command 2 of 4: make …',
      ended({ kind: 'timed_out', afterSeconds: 90, command }, { tries: 2 }),
      [],
    ],
    [
      'Out of memory: killed at the memory limit, in command 2 of 4, on try 2',
      ended({ kind: 'failed', failure: { code: 'out_of_memory', message: '', command } }, { tries: 2 }),
      [],
    ],
    [
      'Failed: artifact dist does not exist, on try 2',
      ended(
        { kind: 'failed', failure: { code: 'output', message: 'artifact dist does not exist' } },
        { tries: 2 },
      ),
      [],
    ],
    [
      'Reused from run 1042: nothing that this stage reads has changed',
      ended({ kind: 'passed' }, { reusedFrom: { run: 1042, stage: 'a' } }),
      [],
    ],
  ])('%s', (title, state, after) => expect(stageTitle(state, after)).toBe(title));

  test.each<[Outcome, string]>([
    [
      { kind: 'failed', failure: { code: 'exit', message: '', exitCode: 2, command } },
      'Failed at command 2 of 4: make … exited 2 · allowed to fail',
    ],
    [
      { kind: 'timed_out', afterSeconds: 90, command },
      'Timed out after 1 min 30 s, in command 2 of 4: make … · allowed to fail',
    ],
    [{ kind: 'error', message: 'x' }, 'Cyclone could not finish this stage: x · allowed to fail'],
  ])('a failure that is allowed: %j', (outcome, words) => {
    const judgement = judged({ options: { allowFailure: true } }, outcome);
    expect(judgement).toMatchObject({ kind: 'neutral', allowed: true });
    expect(stageTitle(ended(judgement))).toBe(words);
  });
});

describe('names', () => {
  test('of a whole matrix are one, of a single cell its own', () => {
    expect(namesOf(['lint', 'e2e (n=1)', 'e2e (n=2)', 'unit (os=a, n=1)'])).toBe(
      'lint, e2e (2 cells), unit (os=a, n=1)',
    );
  });

  test('of many are cut, and never for the sake of one', () => {
    const names = Array.from({ length: 9 }, (_, index) => `s${index}`);
    expect(namesOf(names)).toBe('s0, s1, s2, s3, s4, s5 and 3 more');
    expect(namesOf(names.slice(0, 7))).toBe('s0, s1, s2, s3, s4, s5, s6');
  });

  test('are not cut within a character', () => {
    expect(keepStart('ab😀d', 4)).toBe('ab…');
  });
});
