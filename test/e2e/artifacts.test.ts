import { describe, expect, test } from '@jest/globals';
import { finishedRun } from './support/finished.js';
import { useWorld } from './support/use-world.js';

const world = useWorld({ CYCLONE_CONCURRENCY: '2' });

const IMAGE = 'image: cyclone-test/busybox:1';

describe('artifacts', () => {
  test('of one job are in the workspace of another that needs it, with their modes and links', async () => {
    const pipeline = `stages:
  make:
    ${IMAGE}
    commands:
      - mkdir -p dist/bin dist/maps && echo made > dist/app && echo map > dist/maps/app.map
      - printf '#!/bin/sh\\necho the tool runs\\n' > dist/bin/tool && chmod 755 dist/bin/tool
      - ln -s bin/tool dist/run && touch left-behind
    artifacts: [dist, '!dist/maps']
  use:
    ${IMAGE}
    commands: [cat dist/app, dist/run, "ls -A dist . | sort -u | tr '\\\\n' ' '"]
    needs: [make]
`;
    const run = await finishedRun(world, { repository: 'acme/handed', files: { 'caicloud.yml': pipeline } });
    expect(run.conclusions).toMatchObject({ 'cyclone/make': 'success', 'cyclone/use': 'success' });
    const log = await run.log('use');
    expect(log).toContain('\nmade\n');
    expect(log).toContain('\nthe tool runs\n');
    expect(log).not.toMatch(/maps|left-behind/);
  }, 60_000);

  test('that are not there fail the stage; what is there of a stage that failed is kept', async () => {
    const pipeline = `stages:
  forgets: { ${IMAGE}, commands: [touch a], artifacts: [a, b, 'c/*.xml'] }
  breaks: { ${IMAGE}, commands: [echo seen > shot, exit 3], artifacts: [shot] }
`;
    const run = await finishedRun(world, { repository: 'acme/missing', files: { 'caicloud.yml': pipeline } });
    expect(run.check('cyclone/forgets')).toMatchObject({
      conclusion: 'failure',
      title: expect.stringContaining('artifact b, c/*.xml do not exist'),
    });
    expect(run.check('cyclone/breaks')).toMatchObject({ conclusion: 'failure' });
    const page = new URL(run.check('cyclone/breaks').detailsUrl ?? '').pathname;
    expect(await (await fetch(`${world.server().url}${page}`)).text()).toMatch(/artifact/i);
  }, 60_000);

  test('never bring a link that leads out, nor go through one', async () => {
    const pipeline = `stages:
  poison:
    ${IMAGE}
    commands: [mkdir dist, ln -s /etc/passwd dist/passwd, ln -s ../../../.. dist/up, echo good > dist/good]
    artifacts: [dist]
  victim:
    ${IMAGE}
    commands: ['ls dist', 'test ! -e dist/passwd']
    needs: [poison]
`;
    const run = await finishedRun(world, { repository: 'acme/poison', files: { 'caicloud.yml': pipeline } });
    expect(run.conclusions).toMatchObject({ 'cyclone/poison': 'success', 'cyclone/victim': 'success' });
    expect(await run.log('victim')).toContain('$ ls dist\ngood\n');
    expect(run.check('cyclone/poison').summary).toContain('dist/passwd');
  }, 60_000);
});
