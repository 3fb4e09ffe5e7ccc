import type { LineJson, SectionJson } from '../../log-protocol.js';
import { readLine } from './ansi.js';
import { element } from './element.js';
import { paintStates, textOfStates } from './paint.js';
import { occurrences } from './search.js';
import { lastedWords } from './times.js';

/** All that a row shows. */
export interface RowShown {
  readonly number: number;
  /** What a link to the line says behind `#`. */
  readonly link: string;
  /** Undefined: it is on its way. */
  readonly line: LineJson | undefined;
  /** Whose heading it is. */
  readonly section: SectionJson | undefined;
  readonly isFolded: boolean;
  /** Undefined: times are not shown. */
  readonly time: string | undefined;
  readonly query: string;
  readonly isCaseSensitive: boolean;
  readonly isSelected: boolean;
  readonly isCurrent: boolean;
  readonly isCause: boolean;
  readonly isError: boolean;
  readonly isWhole: boolean;
}

export function isSameRow(one: RowShown, other: RowShown): boolean {
  return (Object.keys(one) as (keyof RowShown)[]).every((key) => Object.is(one[key], other[key]));
}

export function createRow(shown: RowShown): HTMLElement {
  const { number, line, section, isSelected, isCurrent, isCause, isError, time } = shown;
  const link = element('a', {
    href: shown.link,
    'aria-label': `Line ${number}`,
    'data-number': number,
    'data-act': 'number',
    tabindex: -1,
  });
  const row = element(
    'div',
    { class: 'log-row', role: 'row', 'aria-rowindex': number, 'data-line': number },
    element('span', { class: 'log-number', role: 'rowheader' }, link),
  );
  const marks = {
    selected: isSelected,
    current: isCurrent,
    cause: isCause,
    error: isError,
    heading: section !== undefined && section.kind !== 'before',
    failed: section?.state === 'failed',
    stderr: line?.by === 'stderr',
    cyclone: line?.by === 'cyclone',
  };
  for (const [name, isOn] of Object.entries(marks)) row.classList.toggle(name, isOn);
  if (time !== undefined) row.append(element('span', { class: 'log-time', role: 'cell' }, time));
  row.append(element('span', { class: 'log-text', role: 'cell' }, ...textOf(shown)));
  if (section) row.append(lengthOf(section));
  return row;
}

function textOf(shown: RowShown): readonly Node[] {
  const { line, section, query, isCaseSensitive, isWhole } = shown;
  const nodes: Node[] = section ? [foldButton(section, shown.isFolded)] : [];
  if (!line) {
    nodes.push(document.createTextNode(section ? headingOf(section) : ''));
    return nodes;
  }
  const states = readLine(line.text);
  const marked = query === '' ? [] : occurrences(textOfStates(states, isWhole), query, isCaseSensitive);
  nodes.push(...paintStates(states, { isWhole, marked }));
  if (line.more !== undefined) {
    nodes.push(
      element('span', { class: 'sign' }, ` … ${line.more.toLocaleString('en')} bytes more: Raw has them`),
    );
  }
  return nodes;
}

/** As it was printed, as far as is known without its line. */
function headingOf({ kind, title }: SectionJson): string {
  return kind === 'command' ? `$ ${title}` : title;
}

function foldButton({ line, until, title }: SectionJson, isFolded: boolean): HTMLElement {
  if (until === line) return element('span', { class: 'fold' });
  return element(
    'button',
    {
      type: 'button',
      class: 'fold',
      'data-act': 'fold',
      'aria-expanded': String(!isFolded),
      'aria-label': title,
    },
    isFolded ? '▸' : '▾',
  );
}

const STATE_MARKS = { passed: '✓', failed: '✗', running: '●' } as const;

function lengthOf({ kind, state, ms, line, until }: SectionJson): HTMLElement {
  const count = until - line;
  const lines = count === 0 ? '' : `${count.toLocaleString('en')} ${count === 1 ? 'line' : 'lines'}`;
  const words = [lines, ms === undefined ? '' : lastedWords(ms)].filter((one) => one !== '').join(' · ');
  const cell = element('span', { class: `log-lasted state-${state}`, role: 'cell' }, words);
  // What we say before, between and after commands neither passes nor fails.
  if (kind !== 'command' && kind !== 'step') return cell;
  cell.append(
    words === '' ? '' : ' ',
    element('span', { title: state, 'aria-label': state, role: 'img' }, STATE_MARKS[state]),
  );
  return cell;
}
