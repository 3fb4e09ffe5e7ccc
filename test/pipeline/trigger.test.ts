import { describe, expect, it } from '@jest/globals';
import { CHAIN, type TriggerEvent } from '../../src/pipeline/model.js';
import { type StageTrigger, skipCi, stageRuns } from '../../src/pipeline/trigger.js';

const running = (trigger: StageTrigger): string[] => CHAIN.filter((stage) => stageRuns(stage, trigger).runs);

describe('stageRuns', () => {
  it('runs everything on a tag', () => {
    expect(running({ event: 'tag', tag: 'v1' })).toEqual(CHAIN);
    expect(running({ event: 'tag' })).toEqual(CHAIN);
  });

  it.each<TriggerEvent>(['push', 'pull_request', 'merge_group', 'schedule', 'manual'])(
    '%s: the first three',
    (event) => {
      expect(running({ event, branch: 'main' })).toEqual(['pre_build', 'build', 'integration']);
    },
  );

  it('runs everything when a tag is started by hand', () => {
    expect(running({ event: 'manual', tag: 'v1' })).toEqual(CHAIN);
  });

  it('knows a branch called like a tag for a branch', () => {
    expect(running({ event: 'push', branch: 'tags/v1' })).not.toContain('publish');
  });

  it.each<[StageTrigger, string]>([
    [{ event: 'push', branch: 'main' }, 'deploy runs on tags; this is a push to main'],
    [{ event: 'push' }, 'deploy runs on tags; this is a push'],
    [{ event: 'pull_request', branch: 'fix' }, 'deploy runs on tags; this is a pull request'],
    [{ event: 'schedule', branch: 'main' }, 'deploy runs on tags; this is a scheduled run of main'],
    [{ event: 'merge_group' }, 'deploy runs on tags; this is a merge queue'],
    [{ event: 'manual', branch: 'main' }, 'deploy runs on tags; this is a run of main, started by hand'],
  ])('%j: %s', (trigger, message) => {
    expect(stageRuns('deploy', trigger)).toEqual({ runs: false, reason: { kind: 'event', message } });
  });
});

describe('skipCi', () => {
  it.each([
    ['docs [skip ci]', '[skip ci]'],
    ['[ci skip] docs', '[ci skip]'],
    ['docs\n\nlater lines count: [no ci]', '[no ci]'],
    ['[Skip CI] docs', '[Skip CI]'],
  ])('%j: %s', (message, marker) => {
    expect(skipCi(message)).toBe(marker);
  });

  it.each(['', 'skip ci', '[skip  ci]', '[skip-ci]', '[skip cinema]'])('%j: runs', (message) => {
    expect(skipCi(message)).toBeUndefined();
  });
});
