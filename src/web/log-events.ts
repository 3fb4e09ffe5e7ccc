import { createLineFeed } from '../logs/line-feed.js';
import { type Outline, readOutline } from '../logs/outline.js';
import type { LogId } from '../logs/ports.js';
import type { StageState } from '../pipeline/model.js';
import { stateOf } from './access.js';
import type { Room } from './context.js';
import type { ServerEvent } from './event-stream.js';
import { linesJson } from './log-lines.js';
import { outlineJson } from './log-outline.js';
import type { LogEventName, SectionJson } from './log-protocol.js';
import { conclusionOf } from './words.js';

/** Between two looks at a log that grows, in milliseconds: more a second is more than anybody sees. */
const PACE_MS = 50;

export interface FollowedLines {
  readonly log: LogId;
  /** The first line that is given. */
  readonly from: number;
  readonly signal: AbortSignal;
}

/** Events `lines`, `outline` and `end`; their id is the line to go on from. @throws LogRemoved */
export async function* lineEvents(
  room: Room,
  { log, from, signal }: FollowedLines,
): AsyncGenerator<ServerEvent, void> {
  const feed = await createLineFeed(room.archive, log, from);
  const event = (name: LogEventName, data: string): ServerEvent => ({
    event: name,
    id: String(feed.next()),
    data,
  });
  let state: StageState | undefined;
  let told = '';
  let read: Outline | undefined;
  let isHeadingOpen = true;
  for await (const wake of room.live.watch(log, signal)) {
    // Asked before reading: what is in the archive after the end is the whole log.
    if (told === '' || wake === 'ended') state = await stateNow(room, log);
    for await (const lines of feed.read()) {
      if (signal.aborted) return;
      yield event('lines', JSON.stringify(linesJson(lines)));
    }
    if (!state) break;
    if (isHeadingOpen || wake !== 'new') {
      read = await readOutline(room.archive, log, read);
      const outline = await outlineJson(room, log, state, read);
      const [last] = outline.sections.slice(-1);
      isHeadingOpen = last !== undefined && last.line >= outline.lines;
      const news = JSON.stringify({
        ...outline,
        bytes: 0,
        lines: 0,
        sections: outline.sections.map(withoutEnd),
      });
      if (news !== told) yield event('outline', JSON.stringify(outline));
      told = news;
    }
    if (state.status === 'completed') break;
    await room.clock.sleep(PACE_MS, signal);
  }
  if (!signal.aborted) yield event('end', (state && conclusionOf(state)) ?? 'gone');
}

/** The last section grows with every line: who reads the lines knows. */
function withoutEnd({ until: _until, ...section }: SectionJson): Omit<SectionJson, 'until'> {
  return section;
}

async function stateNow({ queries }: Room, { run, stage }: LogId): Promise<StageState | undefined> {
  const view = await queries.run(run);
  return view && stateOf(view, stage);
}
