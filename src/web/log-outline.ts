import { type Outline, readOutline, type Section } from '../logs/outline.js';
import { plainText } from '../logs/plain-text.js';
import type { LogId } from '../logs/ports.js';
import type { StageState } from '../pipeline/model.js';
import type { Room } from './context.js';
import type { OutlineJson, SectionJson } from './log-protocol.js';

/** What the page of a log folds, and where it begins to read. @throws LogRemoved */
export async function outlineOf(room: Room, log: LogId, state: StageState): Promise<OutlineJson> {
  return outlineJson(room, log, state, await readOutline(room.archive, log));
}

export async function outlineJson(
  room: Room,
  log: LogId,
  state: StageState,
  outline: Outline,
): Promise<OutlineJson> {
  const isComplete = state.status === 'completed';
  const [services, cause] = await Promise.all([
    room.archive.services(log.run, log.stage),
    // What services said fails no stage.
    isComplete && log.service === undefined ? room.causes?.of(log.run, log.stage) : undefined,
  ]);
  return {
    bytes: outline.bytes,
    lines: outline.lines,
    complete: isComplete,
    sections: sectionsOf(outline, state),
    services,
    cause: cause ?? null,
  };
}

/** Sections as people see them: also what was printed before the first one. */
export function sectionsOf({ sections, startedAt }: Outline, state: StageState): readonly SectionJson[] {
  const shown = sections.map((section, at): SectionJson => {
    const next = sections[at + 1];
    return {
      kind: section.mark.kind,
      number: section.mark.number,
      line: section.line,
      until: section.until,
      title: titleOf(section.heading),
      state: stateOf(section, next, state),
      ...lasted(section.mark.at, next?.mark.at),
    };
  });
  const [first] = sections;
  if (!first || first.line === 1) return shown;
  const before = { kind: 'before', number: 0, line: 1, until: first.line - 1, title: '' } as const;
  return [{ ...before, state: 'passed', ...lasted(startedAt, first.mark.at) }, ...shown];
}

function lasted(from: number | undefined, until: number | undefined): { readonly ms?: number } {
  return from === undefined || until === undefined ? {} : { ms: Math.max(0, until - from) };
}

/** Commands follow each other only when they pass: one that another try or the end follows may have failed. */
function stateOf(section: Section, next: Section | undefined, state: StageState): SectionJson['state'] {
  if (next === undefined && state.status !== 'completed') return 'running';
  if (section.mark.kind === 'end') return 'passed';
  if (next?.mark.kind === 'try') return 'failed';
  if (next !== undefined && next.mark.kind !== 'end') return 'passed';
  const { exitCode } = next?.mark ?? {};
  const isFailed = exitCode === undefined ? hasFailed(state) : exitCode !== 0;
  return isFailed ? 'failed' : 'passed';
}

function hasFailed(state: StageState): boolean {
  return state.status === 'completed' && state.outcome.kind !== 'passed' && state.outcome.kind !== 'skipped';
}

function titleOf(heading: string): string {
  const [line = ''] = plainText(heading.replace(/\r+$/, '')).split('\n');
  return line.replace(/^\$ /, '').trim();
}
