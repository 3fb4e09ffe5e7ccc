import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';

import { beforeAll, describe, expect, test } from '@jest/globals';

import type { ErrorsJson, LinesJson, OutlineJson, SearchJson } from '../../src/web/log-protocol.js';
import { type Event, eventsOf } from '../web/events.js';
import { finished } from './support/finished.js';
import { gitPush } from './support/push.js';
import { useWorld } from './support/use-world.js';

const REPOSITORY = 'acme/live';
const LINES = 8_000;
const PRINT = `seq 1 ${LINES} | sed 's/$/ compiled/'; echo 'error: boom'; printf 'no line end'; sleep 1; exit 1`;

const world = useWorld();
let sha: string;

/** A stage that prints on when it is told to, so that somebody looks before it ends. */
const pipeline = `pre_build:
  image: cyclone-test/busybox:1
  commands:
    - echo begun; sleep 3
    - ${JSON.stringify(PRINT)}
`;

beforeAll(async () => {
  sha = await gitPush(world.github, { repository: REPOSITORY, files: { 'caicloud.yml': pipeline } });
}, 60_000);

const address = (part: string): string => `${world.server().url}/runs/1/stages/pre_build/log${part}`;

async function json<T>(part: string): Promise<T> {
  const answer = await fetch(address(part));
  expect(answer.status).toBe(200);
  return (await answer.json()) as T;
}

async function follow(): Promise<readonly Event[]> {
  await world.github.waitFor(() =>
    world.github.checkRuns(REPOSITORY, sha).some(({ state }) => state.name === 'cyclone/pre_build'),
  );
  const [answer] = (await once(get(address('/events?from=1')), 'response')) as [IncomingMessage];
  const events: Event[] = [];
  for await (const event of eventsOf(answer)) events.push(event);
  return events;
}

describe('a log that is looked at while it is printed', () => {
  test('comes line by line, with its sections, and is found, to its end', async () => {
    const events = await follow();
    const page: string[] = [];
    const outlines: OutlineJson[] = [];
    for (const { event, data } of events) {
      if (event === 'outline') outlines.push(JSON.parse(data) as OutlineJson);
      if (event !== 'lines') continue;
      const { from, lines } = JSON.parse(data) as LinesJson;
      for (const [index, { text }] of lines.entries()) page[from - 1 + index] = text;
    }
    const run = await finished(world, REPOSITORY, sha);
    expect(page.join('\n')).toBe((await run.log('pre_build')).replace(/\n$/, ''));
    expect(events.at(-1)).toMatchObject({ event: 'end', data: 'failure' });
    expect(events.filter(({ event }) => event === 'lines').length).toBeGreaterThan(2);

    const states = outlines.map(({ sections }) =>
      sections.filter(({ kind }) => kind === 'command').map(({ state }) => state),
    );
    expect(states).toContainEqual(['passed', 'running']);
    expect(states.at(-1)).toEqual(['passed', 'failed']);
    expect(outlines.at(-1)).toEqual(await json('/outline'));

    const boom = page.indexOf('error: boom') + 1;
    expect((await json<ErrorsJson>('/errors')).lines).toContain(boom);
    const found = await (await fetch(address('/search?q=COMPILED'))).text();
    const answers = found
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as SearchJson);
    expect(answers.at(-1)).toMatchObject({ done: true, scanned: page.length });
    // The command says it, too.
    expect(answers.flatMap(({ lines }) => lines).length).toBe(LINES + 1);
    // Without its threads the server would find the same, and say so.
    expect(world.server().output()).not.toContain('a thread that looks through logs');
    expect((await json<LinesJson>(`/lines?from=${boom}&count=1`)).lines).toMatchObject([
      { text: 'error: boom' },
    ]);
  }, 120_000);
});
