import { describe, expect, test } from '@jest/globals';
import { outcomeOf, type StageEnd } from '../../src/worker/outcome.js';

const command = { index: 1, total: 2, text: 'make' };
const failureOf = (end: StageEnd, memoryLimit = 0) => {
  const { outcome } = outcomeOf(end, { command, memoryLimit });
  return outcome.kind === 'failed' ? outcome.failure : outcome;
};
const exited = (exitCode: number, oomKilled = false): StageEnd => ({ kind: 'exited', exitCode, oomKilled });

describe('the outcome', () => {
  test('of exit 0 is a pass', () => {
    expect(outcomeOf(exited(0), { command, memoryLimit: 0 })).toEqual({ outcome: { kind: 'passed' } });
  });

  test('of exit 0 with something killed for memory is a pass with a note', () => {
    const { outcome, note } = outcomeOf(exited(0, true), { command, memoryLimit: 0 });
    expect(outcome).toEqual({ kind: 'passed' });
    expect(note).toMatch(/memory/);
  });

  test.each([
    [1, { code: 'exit', exitCode: 1 }],
    [128, { code: 'exit', exitCode: 128 }],
    [139, { code: 'signal', exitCode: 139, signal: 'SIGSEGV' }],
    [143, { code: 'signal', exitCode: 143, signal: 'SIGTERM' }],
    [137, { code: 'signal', exitCode: 137, signal: 'SIGKILL' }],
    [255, { code: 'exit', exitCode: 255 }],
  ])('of exit %i', (code, expected) => {
    expect(failureOf(exited(code))).toEqual({ ...expected, message: '', command });
  });

  test('of memory names the limit when there is one', () => {
    expect(failureOf(exited(137, true), 1024)).toEqual({
      code: 'out_of_memory',
      message: '',
      exitCode: 137,
      memoryLimit: 1024,
      command,
    });
    expect(failureOf(exited(1, true))).not.toHaveProperty('memoryLimit');
  });

  test('of a script that was broken off is never a pass', () => {
    const brokenOff = (exitCode: number): StageEnd => ({ kind: 'broken_off', exitCode, oomKilled: false });
    expect(failureOf(brokenOff(0))).toMatchObject({ code: 'container', exitCode: 0 });
    expect(failureOf(brokenOff(137))).toMatchObject({ code: 'signal', signal: 'SIGKILL' });
  });

  test('of a removed container says so', () => {
    expect(failureOf({ kind: 'removed' })).toMatchObject({ code: 'container_removed', command });
  });
});
