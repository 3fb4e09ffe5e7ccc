import { describe, expect, it } from '@jest/globals';
import { issuesOf, problemsOf } from './reading.js';

const found = (text: string): string[][] =>
  issuesOf(text).map(({ code, message, hint }) => [code, message, hint]);

describe('circles', () => {
  it('are named whole, once each, at a need that closes them', () => {
    const text = `
stages:
  c: { image: a, needs: [a] }
  a: { image: a, needs: [b] }
  b: { image: a, needs: [c] }
  d: { image: a, needs: [a] }
  x: { image: a, needs: [y] }
  y: { image: a, needs: [x] }
`;
    expect(issuesOf(text).map(({ line, message }) => [line, message])).toEqual([
      [4, 'these wait for each other: a → b → c → a'],
      [7, 'these wait for each other: x → y → x'],
    ]);
  });

  it('may close by the order of the chain', () => {
    const text = 'build: { context_dir: ., needs: [integration] }\nintegration: { commands: [x] }\n';
    expect(found(text)).toEqual([
      [
        'needs-cycle',
        'these wait for each other: build → integration → build',
        'take one of these needs out; integration comes after build in the chain',
      ],
    ]);
  });

  it('are none where publish waits for what does not wait for it', () => {
    expect(
      problemsOf(
        'build: { context_dir: . }\nstages: { smoke: { image: a, needs: [publish] }, lint: { image: a } }\n',
      ),
    ).toEqual([]);
  });
});

describe('names', () => {
  it('are those of stages, of all their parts, of one part, of one cell', () => {
    const text = `
pre_build: { api: { image: a, commands: [x] }, web: { image: a, commands: [x] } }
stages:
  m: { image: a, matrix: { node: [20, 22] } }
  s: { image: a, needs: [pre_build, "pre_build:web", m, m (node=22)] }
`;
    expect(problemsOf(text)).toEqual([]);
  });

  it('are suggested', () => {
    expect(found('stages: { lint: { image: a }, s: { image: a, needs: [lnit] } }')).toEqual([
      ['unknown-stage', '"lnit" is no stage of this file', 'did you mean lint?'],
    ]);
  });

  it('are known of stages that another mistake took away', () => {
    expect(problemsOf('stages: { lint: { }, s: { image: a, needs: [lint] } }')).toEqual([
      '1:11 error no-image',
    ]);
  });
});

describe('the image of this run', () => {
  const stage = (needs: string): string =>
    `build: { context_dir: . }\nstages: { e2e: { image: BUILT_IMAGE, needs: ${needs} } }\n`;

  it('is waited for, said or not', () => {
    for (const needs of ['[]', '[build]', '[publish]']) expect(problemsOf(stage(needs))).toEqual([]);
  });

  it('is pushed from where it was built, behind what comes there before', () => {
    const text = `pre_build: { image: a, commands: [x], needs: [publish] }
build: { context_dir: ., needs: [] }
integration: { image: a, commands: [x] }
publish: { needs: [] }
`;
    expect(found(text)).toEqual([
      [
        'needs-cycle',
        'these wait for each other: integration → pre_build → publish → integration',
        'take one of these needs out; integration comes after pre_build in the chain; publish comes after integration in the chain',
      ],
    ]);
  });

  it('cannot be waited for by what builds it', () => {
    expect(found('build: { context_dir: ., needs: [e2e] }\nstages: { e2e: { image: BUILT_IMAGE } }')).toEqual(
      [
        [
          'needs-cycle',
          'these wait for each other: build → e2e → build',
          'take one of these needs out; e2e uses the image that build makes',
        ],
      ],
    );
  });
});
