import { describe, expect, it } from '@jest/globals';
import { planText } from '../../src/cli/plan-text.js';
import { push, tag } from '../pipeline/examples.js';
import { planOf, stage } from '../pipeline/graph/definitions.js';

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
    expect(planText(planOf(FILE, tag('v1.0.0')), 'tag', false)).toBe(
      `Plan for the tag v1.0.0: 5 of 6 stages run, in 4 jobs

chain
  build
  publish  after lint
docs
  docs     after lint; may fail
lint
  lint
odd
  odd      may fail; fails: it needs nobody, which is no stage of this file

left out
  deploy   runs on branch main; this is tag v1.0.0`,
    );
  });

  it('says why nothing runs', () => {
    const plan = planOf(FILE, push(), { on: { mergeGroup: {} } });
    expect(planText(plan, 'push', false)).toBe(
      'Plan for a push to main: nothing runs: caicloud.yml runs on merge_group; this is a push to main',
    );
  });
});
