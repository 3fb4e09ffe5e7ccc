import { duration } from '../../pipeline/measures.js';
import type { Told } from '../../pipeline/told.js';
import type { Addresses } from '../links.js';
import { precisely } from '../phases.js';
import type { RunView } from '../ports.js';
import { type Bar, timeSpent } from '../time-spent.js';
import { shownTogether } from '../words.js';
import { cellsAnchor } from './graph.js';
import { TimeTable } from './time-table.js';

/** More bars than these say less. */
const MOST_BARS = 60;

interface TimelineProps {
  readonly addresses: Addresses;
  readonly view: RunView;
  readonly told: Told;
  readonly now: number;
}

/** Where the time went: a bar for each stage that could begin. */
export function Timeline({ addresses, view, told, now }: TimelineProps) {
  const { bars, jobs, phases, totalMs, untilMs, words } = timeSpent(view, told, now);
  if (bars.length === 0 || totalMs === 0) return null;
  const shown = bars.slice(0, MOST_BARS);
  return (
    <section aria-labelledby="timeline">
      <h2 id="timeline">Time</h2>
      {words !== undefined && <p>{words}</p>}
      <ul class="timeline">
        {shown.map((bar) => (
          <li>
            <BarLink {...{ addresses, view, bar }} />
            <Parts bar={bar} totalMs={untilMs} />
            <span class="number right">{barTime(bar)}</span>
          </li>
        ))}
      </ul>
      <p class="quiet legend">
        <span class="key key-waiting" /> waiting <span class="key key-starting" /> starting{' '}
        <span class="key key-running" /> running <span class="key key-finishing" /> finishing{' '}
        <span class="key key-telling" /> telling GitHub · of {duration(totalMs)} in all
        {bars.length > shown.length && `; ${bars.length - shown.length} more are in the list`}
      </p>
      <TimeTable bars={shown} jobs={jobs} run={phases} />
    </section>
  );
}

function BarLink({ addresses, view, bar }: Omit<TimelineProps, 'now' | 'told'> & { readonly bar: Bar }) {
  const { name, stages } = bar.node;
  const [only] = stages;
  const href =
    stages.length === 1 && only
      ? addresses.stage(view.id, only.stage.id, view.repository.private)
      : `#${cellsAnchor(name)}`;
  return (
    <a href={href} title={name}>
      {name}
    </a>
  );
}

function barTime({ startedAt, endAt, readyAt }: Bar): string {
  return startedAt === undefined ? `waits ${duration(endAt - readyAt)}` : duration(endAt - startedAt);
}

function Parts({ bar, totalMs }: { readonly bar: Bar; readonly totalMs: number }) {
  const { node, readyAt, startedAt = bar.endAt, endAt, before, phases } = bar;
  const { tone } = shownTogether(node.stages.map(({ state }) => state));
  const part = (from: number, to: number, kind: string, title?: string, beside = kind === 'waiting') =>
    to > from && (
      <rect
        class={kind}
        x={percent(from, totalMs)}
        width={percent(to - from, totalMs)}
        y={beside ? 5 : 1}
        height={beside ? 4 : 12}
      >
        {title !== undefined && <title>{title}</title>}
      </rect>
    );
  const isSplit = phases.some(({ kind, from, to }) => kind === 'running' && to > from);
  return (
    <svg class={`bar state-${tone}`} width="100%" height="14" role="img" aria-label={barWords(bar)}>
      <title>{barWords(bar)}</title>
      {part(readyAt, startedAt, 'waiting')}
      {before.map(({ from, to, kind, name }) =>
        part(from, to, kind, `${name} ${precisely(to - from)}`, true),
      )}
      {isSplit && part(startedAt, endAt, 'between')}
      {!isSplit && wholeParts(bar, totalMs).map(([from, to, kind]) => part(from, to, kind))}
      {phases
        .filter(({ kind }) => isSplit || kind === 'telling')
        .map(({ from, to, kind, name }) =>
          part(from, to, kind, `${name} ${precisely(to - from)}`, kind === 'telling'),
        )}
    </svg>
  );
}

/** Of a stage that runs, or of many as one: nobody knows the phases of its work. */
function wholeParts({ startedAt, workAt = startedAt, endAt }: Bar, totalMs: number) {
  if (startedAt === undefined || workAt === undefined) return [];
  return [
    [startedAt, workAt, 'starting'],
    // Narrower, it would not be seen.
    [workAt, Math.max(endAt, workAt + totalMs / 400), 'running'],
  ] as const;
}

/** `waited 9 s, started in 1.4 s, ran 38 s, finished in 0.2 s` */
function barWords({ node, readyAt, startedAt, workAt, leavesAt, endAt }: Bar): string {
  if (startedAt === undefined) {
    const waits = node.stages.flatMap(({ state }) => (state.status === 'queued' && state.waits) || []);
    return `waits ${duration(endAt - readyAt)}${waits[0] === undefined ? '' : ` for ${waits[0]}`}`;
  }
  const work = workAt ?? startedAt;
  const leaves = leavesAt ?? endAt;
  return [
    startedAt > readyAt ? [`waited ${duration(startedAt - readyAt)}`] : [],
    work > startedAt ? [`started in ${duration(work - startedAt)}`] : [],
    [`ran ${duration(leaves - work)}`],
    endAt > leaves ? [`finished in ${duration(endAt - leaves)}`] : [],
  ]
    .flat()
    .join(', ');
}

function percent(part: number, total: number): string {
  return `${((100 * part) / total).toFixed(2)}%`;
}
