import { describe, expect, test } from '@jest/globals';
import type { On, Trigger, When } from '../../../src/pipeline/model.js';
import { begin } from '../../../src/pipeline/progress.js';
import { push, tag } from '../examples.js';
import { planOf, skips, stage } from './definitions.js';

const pull = (over: Partial<Trigger> = {}): Trigger =>
  push({ event: 'pull_request', branch: 'main', base: 'main', pullRequest: 7, action: 'opened', ...over });

describe('on', () => {
  const skipped = (on: On, trigger: Trigger, changes?: readonly string[]): string | undefined =>
    planOf([stage('lint')], trigger, { on, changes }).skip?.message;

  test.each<[string, On, Trigger, readonly string[] | undefined, string | undefined]>([
    ['the branch holds', { push: { branches: ['main'] } }, push(), undefined, undefined],
    [
      'the branch does not',
      { push: { branches: ['release/**', 'dev'] } },
      push(),
      undefined,
      'caicloud.yml runs on pushes to branch release/** or dev; this is a push to main',
    ],
    ['push without filters is any tag, too', { push: {} }, tag('v1'), undefined, undefined],
    [
      'branches alone leave tags out',
      { push: { branches: ['main'] } },
      tag('v1'),
      undefined,
      'caicloud.yml runs on pushes to branch main; this is tag v1',
    ],
    [
      'tags alone leave branches out',
      { push: { tags: ['v*'] } },
      push(),
      undefined,
      'caicloud.yml runs on pushes of tag v*; this is a push to main',
    ],
    [
      'another tag',
      { push: { tags: ['v*'] } },
      tag('x1'),
      undefined,
      'caicloud.yml runs on pushes of tag v*; this is tag x1',
    ],
    [
      'an event that is not named',
      { pullRequest: {}, mergeGroup: {} },
      push(),
      undefined,
      'caicloud.yml runs on pull_request or merge_group; this is a push to main',
    ],
    ['an event that is', { mergeGroup: {} }, push({ event: 'merge_group' }), undefined, undefined],
    ['a person may always', { mergeGroup: {} }, push({ event: 'manual' }), undefined, undefined],
    [
      'the base of a pull request counts',
      { pullRequest: { branches: ['main'] } },
      pull({ branch: 'x' }),
      undefined,
      undefined,
    ],
    [
      'and its head does not',
      { pullRequest: { branches: ['main'] } },
      pull({ base: 'dev' }),
      undefined,
      'caicloud.yml runs on pull requests to branch main; this is a pull request to dev',
    ],
    [
      'types',
      { pullRequest: { types: ['closed'] } },
      pull(),
      undefined,
      'caicloud.yml runs on pull requests that are closed; this one is opened',
    ],
    ['a path that changed', { push: { paths: ['src/**'] } }, push(), ['a', 'src/b'], undefined],
    [
      'none that did',
      { push: { paths: ['src/**'] } },
      push(),
      ['a'],
      'caicloud.yml runs on changes of src/**; nothing of it changed',
    ],
    ['changes that nobody knows hold', { push: { paths: ['src/**'] } }, push(), undefined, undefined],
    [
      'only what is ignored',
      { push: { pathsIgnore: ['docs/**'] } },
      push(),
      ['docs/a', 'docs/b'],
      'caicloud.yml ignores changes of docs/**, and nothing else changed',
    ],
    ['more than what is ignored', { push: { pathsIgnore: ['docs/**'] } }, push(), ['docs/a', 'b'], undefined],
    ['a tag has no paths', { push: { paths: ['src/**'] } }, tag('v1'), ['a'], undefined],
  ])('%s', (_, on, trigger, changes, reason) => {
    expect(skipped(on, trigger, changes)).toBe(reason);
  });

  test('what it leaves out is concluded skipped', () => {
    const plan = planOf([stage('lint')], push(), { on: { mergeGroup: {} } });
    expect(begin(plan, 1).run).toMatchObject({ conclusion: 'skipped', reason: plan.skip?.message });
  });
});

describe('when', () => {
  const skipped = (
    name: string,
    when: When,
    trigger: Trigger,
    changes?: readonly string[],
  ): string | undefined => skips(planOf([stage(name, { when })], trigger, { changes }))[name];

  test.each<[string, string, When, Trigger, readonly string[] | undefined, string | undefined]>([
    ['the branch holds', 'lint', { branch: ['main'] }, push(), undefined, undefined],
    [
      'it does not',
      'lint',
      { branch: ['main'] },
      push({ branch: 'dev' }),
      undefined,
      'runs on branch main; this is a push to dev',
    ],
    [
      'a tag is no branch',
      'lint',
      { branch: ['!dev'] },
      tag('v1'),
      undefined,
      'runs on branch !dev; this is tag v1',
    ],
    ['the tag', 'lint', { tag: ['v*'] }, tag('v1'), undefined, undefined],
    [
      'a push has no tag',
      'lint',
      { tag: ['**'] },
      push(),
      undefined,
      'runs on tag **; this is a push to main',
    ],
    [
      'the event',
      'lint',
      { event: ['push', 'tag'] },
      pull(),
      undefined,
      'runs on event push or tag; this is a pull request to main',
    ],
    [
      'all must hold',
      'lint',
      { event: ['push'], branch: ['dev'] },
      push(),
      undefined,
      'runs on branch dev; this is a push to main',
    ],
    [
      'paths',
      'lint',
      { path: ['src/**'] },
      push(),
      ['a'],
      'runs on changes of src/**; nothing of it changed',
    ],
    ['paths nobody knows', 'lint', { path: ['src/**'] }, push(), undefined, undefined],
    ['in place of the table', 'publish', { branch: ['main'] }, push(), undefined, undefined],
    [
      'and also against it',
      'publish',
      { branch: ['main'] },
      tag('v1'),
      undefined,
      'runs on branch main; this is tag v1',
    ],
    [
      'of paths: on top of the table',
      'publish',
      { path: ['**'] },
      push(),
      ['a'],
      'publish runs on tags; this is a push to main',
    ],
    [
      'no pull request publishes by its base',
      'publish',
      { branch: ['main'] },
      pull(),
      undefined,
      'publish runs on a pull request only where `when: event` names it',
    ],
    [
      'nor a fork',
      'publish',
      { event: ['pull_request'] },
      pull({ fork: true }),
      undefined,
      'publish never runs for a fork',
    ],
    ['but where it is meant', 'deploy', { event: ['pull_request'] }, pull(), undefined, undefined],
  ])('%s', (_, name, when, trigger, changes, reason) => {
    expect(skipped(name, when, trigger, changes)).toBe(reason);
  });
});
