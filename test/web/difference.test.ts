import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createLinks } from '../../src/web/links.js';
import { SIGNING_KEY, type Site, startSite } from './harness.js';
import { ended, passed, running, runView } from './runs.js';

const failed = ended({ kind: 'failed', failure: { code: 'exit', message: '', exitCode: 1 } });
const PATH = '/runs/2/stages/test/difference';
const links = createLinks('', SIGNING_KEY);

let site: Site;
beforeEach(async () => {
  site = await startSite();
});
afterEach(() => site.stop());

/** Run 1 passed and printed the one, run 2 failed and printed the other. */
async function two(green: string, red: string, isPrivate = false): Promise<void> {
  const sha = 'a'.repeat(40);
  site.runs.put(runView({ id: 1, stages: { test: passed }, trigger: { sha }, private: isPrivate }));
  site.runs.put(runView({ id: 2, stages: { test: failed }, private: isPrivate }));
  await site.print(1, 'test', green);
  await site.print(2, 'test', red);
}

/** What a person reads. */
async function read(path = PATH): Promise<string> {
  const { body } = await site.ask(path);
  return body
    .replace(/<head>.*<\/head>/s, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');
}

test('says what was added and removed, with lines of both runs that can be opened', async () => {
  await two('begin\nok in 3 s\nend\n', 'begin\nfail in 4 s\nfail too\nend\n');
  const text = await read();
  expect(text).toContain('What changed in test');
  expect(text).toContain('2 lines added, 1 line removed');
  expect(text).toMatch(
    /1 1 begin 2 − removed: ok in 3 s 2 \+ added: fail in 4 s 3 \+ added: fail too 3 4 end/,
  );
  const { body } = await site.ask(PATH);
  expect(body).toContain('href="/runs/1/stages/test#L2"');
  expect(body).toContain('href="/runs/2/stages/test#L3"');
  expect(body).toContain(
    `href="https://github.example/acme/hello/compare/${'a'.repeat(40)}...4c2d9aa1c0ffee0000000000000000000000beef"`,
  );
});

test('says that nothing differs', async () => {
  await two('took 3 s\n', 'took 9 s\n');
  expect(await read()).toContain('Nothing differs');
});

test('says that there is no green run, or that the stage is not over', async () => {
  site.runs.put(runView({ id: 2, stages: { test: failed } }));
  expect(await read()).toContain('There is no green run to compare with');
  site.runs.put(runView({ id: 2, stages: { test: running } }));
  expect(await read()).toContain('test is not over yet');
});

test('what a log says is text', async () => {
  await two('x\n', '<img src=x onerror=alert(1)>\n');
  const { body } = await site.ask(PATH);
  expect(body).toContain('&lt;img src=x onerror=alert(1)&gt;');
  expect(body).not.toContain('<img src=x');
});

test('of a private repository it opens by a signed link alone', async () => {
  await two('secret a\n', 'secret b\n', true);
  expect((await site.ask(PATH)).status).toBe(404);
  const answer = await site.ask(links.difference(2, 'test', true));
  expect(answer.status).toBe(200);
  expect(answer.body).toContain('secret b');
  expect(answer.headers['cache-control']).toBe('private, no-store');
  // The right to see one run is not the right to see another: only its own addresses carry it.
  expect(answer.body).toMatch(/href="\/runs\/2\/stages\/test\?sig=/);
  expect(answer.body).not.toMatch(/href="\/runs\/1\/stages\/test\?sig=/);
});

test('a signed link shows nothing that another run printed', async () => {
  const key = 'only run 1 printed this';
  await two(`begin\n${key}\nend\n`, 'begin\nfail\nend\n', true);
  const text = await read(links.difference(2, 'test', true));
  expect(text).toContain('1 line added, 1 line removed');
  expect(text).toContain('added: fail');
  expect(text).toContain('The link shows this run alone');
  expect(text).not.toContain(key);
});

test('a signed link says of what another run alone printed that there is something', async () => {
  await two('begin\nhush\nend\n', 'begin\nend\n', true);
  const text = await read(links.difference(2, 'test', true));
  expect(text).toContain('0 lines added, 1 line removed');
  expect(text).not.toMatch(/hush|Nothing differs/);
});
