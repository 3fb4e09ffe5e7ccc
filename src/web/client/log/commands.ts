import type { CauseJson } from '../../log-protocol.js';
import type { Finder } from './finder.js';
import type { Command } from './keys.js';
import { type List, ROW_PIXELS } from './list.js';
import { nextOf } from './search.js';
import type { Sections } from './sections.js';
import type { Selection } from './selection.js';
import type { TimesShown } from './times.js';
import type { Toolbar } from './toolbar.js';

/** What commands are carried out with. */
export interface Commanded {
  readonly list: List;
  readonly finder: Finder;
  readonly selection: Selection;
  readonly sections: Sections;
  readonly toolbar: Toolbar;
  readonly errors: () => readonly number[];
  readonly cause: () => CauseJson | null;
  readonly goTo: (line: number) => void;
  readonly firstSeen: () => number;
  readonly say: (words: string) => void;
  readonly help: () => void;
  /** To the end, and along with it. */
  readonly follow: () => void;
  readonly leaveEnd: () => void;
  readonly nextTimes: () => TimesShown;
}

export function commandsOf(on: Commanded): (command: Command) => void {
  const { list, finder, selection, sections, toolbar, firstSeen } = on;
  let isWrapped = false;

  const nextError = (direction: 1 | -1): void => {
    const cause = on.cause();
    const known =
      cause === null ? on.errors() : [...new Set([...on.errors(), cause.line])].sort((a, b) => a - b);
    const line = nextOf(known, selection.lines?.from ?? firstSeen(), direction);
    if (line === undefined) return on.say('No errors are known');
    selection.choose({ from: line, until: line });
    on.goTo(line);
  };

  const carryOut: Readonly<Record<Command, () => void>> = {
    help: on.help,
    search: () => toolbar.field.select(),
    'next-hit': () => finder.step(1, firstSeen()),
    'previous-hit': () => finder.step(-1, firstSeen()),
    'first-line': () => {
      on.leaveEnd();
      list.show(0, 0);
    },
    'last-line': on.follow,
    'line-down': () => list.move(ROW_PIXELS),
    'line-up': () => list.move(-ROW_PIXELS),
    'page-down': () => list.move(list.pageOf()),
    'page-up': () => list.move(-list.pageOf()),
    'next-error': () => nextError(1),
    'previous-error': () => nextError(-1),
    'fold-all': () => {
      const line = firstSeen();
      sections.toggleAll();
      list.rearranged();
      list.show(sections.folding.rowOf(line), 0);
    },
    times: () => {
      toolbar.press('times', on.nextTimes() !== 'none');
      list.rearranged();
    },
    wrap: () => {
      isWrapped = !isWrapped;
      toolbar.press('wrap', isWrapped);
      list.setWrap(isWrapped);
    },
    'copy-link': () => void selection.copyLink(finder.current ?? firstSeen()),
    'copy-lines': () => void selection.copyLines(),
    clear: () => {
      toolbar.field.value = '';
      finder.search('', toolbar.isCaseSensitive, 1);
      selection.choose(undefined);
      list.scroller.focus({ preventScroll: true });
    },
  };
  return (command) => carryOut[command]();
}
