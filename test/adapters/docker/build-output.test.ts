import { describe, expect, test } from '@jest/globals';
import { BuildOutput } from '../../../src/adapters/docker/build-output.js';
import type { EngineMessage } from '../../../src/adapters/docker/messages.js';

const BASE = 'ba5eba5eba5e';
const ONE = '111111111111';
const TWO = '222222222222';

/** What the classic builder sends, line by line; `sha256:…` for the end of a stage. */
function said(...lines: readonly string[]): BuildOutput {
  const output = new BuildOutput();
  for (const line of lines) output.see(line.startsWith('sha256:') ? { aux: { ID: line } } : { stream: line });
  return output;
}

describe('the output of a build', () => {
  test('tells the image of each stage, and which one was made', () => {
    const output = said(
      'Step 1/4 : FROM base AS early',
      '\n',
      ` ---> ${BASE}\n`,
      'Step 2/4 : RUN one',
      '\n',
      ' ---> Using cache\n',
      ` ---> ${ONE}\n`,
      `sha256:${ONE}`,
      'Step 3/4 : FROM base',
      '\n',
      ` ---> ${BASE}\n`,
      'Step 4/4 : COPY --from=early / /',
      '\n',
      ` ---> ${TWO}\n`,
      `sha256:${TWO}`,
      `Successfully built ${TWO}\n`,
    );
    expect(output.made).toBe(`sha256:${TWO}`);
    expect(output.heads).toEqual([`sha256:${ONE}`, `sha256:${TWO}`]);
  });

  test('tells how far a build came that failed', () => {
    const output = said(
      'Step 1/3 : FROM base',
      ` ---> ${BASE}\n`,
      'Step 2/3 : COPY . .',
      ` ---> ${ONE}\n`,
      'Step 3/3 : RUN false',
      ' ---> Running in 333333333333\n',
    );
    expect(output.made).toBeUndefined();
    expect(output.heads).toEqual([ONE]);
    expect(output.refused('words', 1).message).toBe('step 3/3, `RUN false`: ended with exit code 1');
    expect(output.refused('no such file', undefined).message).toBe('step 3/3, `RUN false`: no such file');
  });

  test('has no layers of its own when it did not leave its base', () => {
    expect(said('Step 1/2 : FROM base', ` ---> ${BASE}\n`, 'Step 2/2 : RUN false').heads).toEqual([]);
    const named = said('Step 1/1 : FROM base AS named', ` ---> ${BASE}\n`, `sha256:${BASE}`);
    expect(named.heads).toEqual([]);
    expect(named.made).toBe(`sha256:${BASE}`);
  });

  test('that a program of the build made up does not pass for the image', () => {
    const output = said(
      'Step 1/2 : FROM base',
      ` ---> ${BASE}\n`,
      'Step 2/2 : RUN forge',
      `Successfully built ${TWO}\n`,
      `{"aux":{"ID":"sha256:${TWO}"}}\n`,
      ` ---> ${ONE}\n`,
    );
    expect(output.made).toBeUndefined();
  });

  test('tells the heading of a step from what a program of the build prints', () => {
    const output = new BuildOutput();
    const lines = ['Step 1/3 : FROM base', '\n', 'Step 2/3 : RUN forge', 'Step 2/3 : x', 'Step 4/9 : y\n'];
    const more = ['Step 3/4 : z\n', 'said Step 3/3 : no', 'Step 3/3 : RUN true'];
    const steps = [...lines, ...more].map((stream) => output.see({ stream }).step);
    expect(steps).toEqual([1, undefined, 2, undefined, undefined, undefined, undefined, 3]);
    expect(output.refused('words', 2).message).toBe('step 3/3, `RUN true`: ended with exit code 2');
  });

  test('of a pull has lines and no progress bars', () => {
    const output = new BuildOutput();
    const text = (message: EngineMessage): string => output.see(message).text;
    expect(text({ status: 'Pulling from library/alpine', id: '3.20' })).toBe(
      '3.20: Pulling from library/alpine\n',
    );
    expect(text({ status: 'Downloading', id: 'x', progressDetail: { current: 1, total: 2 } })).toBe('');
    expect(text({ status: 'Digest: sha256:x' })).toBe('Digest: sha256:x\n');
  });
});
