import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { LinesJson, OutlineJson } from '../../src/web/log-protocol.js';
import type { CheckRunState } from '../fakes/github/state/model.js';
import { type Apart, openApart } from './support/apart.js';
import { finishedRun } from './support/finished.js';
import { gitPush } from './support/push.js';

let apart: Apart;

beforeAll(async () => {
  apart = await openApart();
  await apart.world.start({ CYCLONE_ROLE: 'server' });
}, 60_000);
afterAll(() => apart.close(), 60_000);

/** What the page of a log reads, below `…/log`. */
async function read<T>(check: CheckRunState | undefined, what: string): Promise<T> {
  const { pathname } = new URL(check?.detailsUrl ?? '');
  const response = await fetch(`${apart.world.server().url}${pathname}/log${what}`);
  expect(response.status).toBe(200);
  return (await response.json()) as T;
}

describe('the log of a stage', () => {
  test('has sections with durations, a time on each line, and what its service printed', async () => {
    const worker = await apart.startWorker('one');
    const pipeline = `integration:
  services:
    db:
      image: cyclone-test/busybox:1
      commands: ['echo serving', 'sleep 0.3', 'echo careful >&2', 'sleep 600']
  image: cyclone-test/busybox:1
  commands:
    - echo begun; sleep 1
    - echo to fail >&2; exit 3
`;
    const before = Date.now();
    const run = await finishedRun(apart.world, {
      repository: 'acme/log',
      files: { 'caicloud.yml': pipeline },
    });
    const after = Date.now();
    expect(run.conclusions).toMatchObject({ 'cyclone/integration': 'failure' });

    const check = run.check('cyclone/integration');
    const outline = await read<OutlineJson>(check, '/outline');
    expect(outline).toMatchObject({ complete: true, services: ['db'] });
    const sections = outline.sections.filter(({ kind }) => kind === 'command');
    expect(sections).toMatchObject([
      { number: 1, title: expect.stringContaining('echo begun; sleep 1'), state: 'passed' },
      { number: 2, title: expect.stringContaining('exit 3'), state: 'failed' },
    ]);
    expect(sections[0]?.ms).toBeGreaterThanOrEqual(900);
    expect(sections[1]?.ms).toBeLessThan(sections[0]?.ms ?? 0);

    const { lines } = await read<LinesJson>(check, '/lines');
    const begun = lines.findIndex(({ text }) => text === 'begun');
    const failing = lines.findIndex(({ text }) => text === 'to fail');
    // Of a script, the two streams are one; our own words are told apart.
    expect([lines[begun]?.by, lines[failing]?.by]).toEqual([undefined, undefined]);
    expect(lines[begun - 1]).toMatchObject({ text: '$ echo begun; sleep 1', by: 'cyclone' });
    const times = lines.map(({ at = 0 }) => at);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times[0]).toBeGreaterThanOrEqual(before);
    expect(times.at(-1)).toBeLessThanOrEqual(after);
    expect((times[failing] ?? 0) - (times[begun] ?? 0)).toBeGreaterThanOrEqual(900);

    const ofService = await read<LinesJson>(check, '/lines?service=db');
    expect(ofService.lines.map(({ text, by }) => [text, by])).toEqual([
      ['serving', undefined],
      ['careful', 'stderr'],
    ]);
    expect(ofService.lines[0]?.at).toBeGreaterThanOrEqual(before);
    expect(await run.log('integration')).not.toContain('serving');
    await worker.stop();
  }, 60_000);

  test('of a worker that is killed while it prints has all but its last second, also of its service', async () => {
    const worker = await apart.startWorker('doomed');
    // Time since the machine began, in hundredths of a second: the same in every container.
    const print = 'for i in $(seq 300); do read -r up idle < /proc/uptime; echo "up $up"; sleep 0.02; done';
    const pipeline = `integration:
  services:
    db: { image: cyclone-test/busybox:1, commands: [${JSON.stringify(print)}] }
  image: cyclone-test/busybox:1
  commands:
    - ${JSON.stringify(print)}
`;
    const repository = 'acme/killed';
    const sha = await gitPush(apart.world.github, { repository, files: { 'caicloud.yml': pipeline } });
    await apart.world.github.waitFor(() =>
      apart.world.github
        .checkRuns(repository, sha)
        .some(({ state }) => state.name === 'cyclone/integration' && state.status === 'in_progress'),
    );
    await worker.kill();
    const killed = Number((await readFile('/proc/uptime', 'utf8')).split(' ')[0]);
    await apart.startWorker('next');
    const check = (await apart.world.concluded(repository, sha)).get('cyclone/integration')?.state;
    for (const service of ['', '&service=db']) {
      const { lines } = await read<LinesJson>(check, `/lines?count=2000${service}`);
      const printed = lines.flatMap(({ text }) => /^up ([0-9.]+)$/.exec(text)?.[1] ?? []).map(Number);
      // What a worker that came later printed is not what the killed one did.
      const last = Math.max(...printed.filter((up) => up <= killed));
      expect(killed - last).toBeLessThan(1);
    }
  }, 120_000);
});
