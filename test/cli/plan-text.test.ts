import { describe, expect, it } from '@jest/globals';
import { planText } from '../../src/cli/plan-text.js';
import { trialOf } from '../../src/cli/trial.js';
import { push, tag } from '../pipeline/examples.js';
import { matrix, planOf, stage } from '../pipeline/graph/definitions.js';

const FILE = [
  stage('build'),
  stage('publish'),
  stage('deploy', { when: { branch: ['main'] } }),
  stage('lint'),
  stage('docs', { allowFailure: true, needs: ['lint'] }),
  stage('odd', { needs: ['nobody'], allowFailure: true }),
];

describe('the text of a plan', () => {
  it('has the jobs with what they wait for, and why the rest is left out', () => {
    expect(planText(planOf(FILE, tag('v1.0.0')), trialOf({ event: 'tag' }), false)).toBe(
      `Plan for the tag v1.0.0: 5 of 6 stages run, in 4 jobs

chain
  build
  publish  after lint
lint
  lint
docs
  docs     after lint; may fail
odd
  odd      may fail; fails: it needs nobody, which is no stage of this file

left out
  deploy   runs on branch main; this is tag v1.0.0`,
    );
  });

  it('has the cells of a matrix together, of very many the first, and names them as one', () => {
    const cells = (count: number) => matrix({ n: Array.from({ length: count }, (_, n) => String(n)) });
    const plan = planOf([
      stage('few', { matrix: cells(2) }),
      stage('many', { matrix: cells(40), needs: ['few'] }),
      stage('after', { needs: ['many', 'few (n=1)'] }),
    ]);
    expect(planText(plan, trialOf({ event: 'tag' }), false)).toMatchInlineSnapshot(`
"Plan for the tag v1.0.0: 43 of 43 stages run, in 43 jobs

few            2 cells
  few (n=0)
  few (n=1)
many           40 cells
  many (n=0)   after few (2 cells)
  many (n=1)   after few (2 cells)
  many (n=2)   after few (2 cells)
  many (n=3)   after few (2 cells)
  many (n=4)   after few (2 cells)
  many (n=5)   after few (2 cells)
  many (n=6)   after few (2 cells)
  many (n=7)   after few (2 cells)
  many (n=8)   after few (2 cells)
  many (n=9)   after few (2 cells)
  many (n=10)  after few (2 cells)
  many (n=11)  after few (2 cells)
  … and 28 more
after
  after        after many (40 cells)"
`);
  });

  it('says where a stage runs, with whom it shares, and what it is made of', () => {
    const cache = [{ key: 'npm', paths: ['~/.npm'], restoreKeys: [] }];
    const options = { runsOn: ['gpu'], concurrency: 'prod', cache, inputs: ['src/**'] };
    expect(planText(planOf([stage('lint', options)]), trialOf({ event: 'tag' }), false)).toContain(
      'lint  on a worker with gpu; one at a time in prod; cache npm; reused while src/** stay as they are',
    );
  });

  it('says why nothing runs', () => {
    const plan = planOf(FILE, push(), { on: { mergeGroup: {} } });
    expect(planText(plan, trialOf({ event: 'push' }), false)).toBe(
      'Plan for a push to main: nothing runs: caicloud.yml runs on merge_group; this is a push to main',
    );
  });
});
