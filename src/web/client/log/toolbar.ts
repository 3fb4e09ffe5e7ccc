import { element } from './element.js';
import type { Command } from './keys.js';

export interface Toolbar {
  readonly element: HTMLElement;
  readonly field: HTMLInputElement;
  readonly isCaseSensitive: boolean;
  sayFound(words: string): void;
  /** Undefined: no lines are selected. */
  saySelected(words: string | undefined): void;
  press(command: Command, isPressed: boolean): void;
}

export interface ToolbarOptions {
  readonly raw: string;
  readonly ask: (command: Command) => void;
  /** The search field has changed. */
  readonly searched: () => void;
}

/** What can be asked of a log, as buttons; each has its key. */
export function createToolbar({ raw, ask, searched }: ToolbarOptions): Toolbar {
  const button = (command: Command, words: string, title: string): HTMLButtonElement => {
    const made = element('button', { type: 'button', title, 'data-command': command }, words);
    made.addEventListener('click', () => ask(command));
    return made;
  };
  const field = element('input', {
    type: 'search',
    placeholder: 'Search the log',
    'aria-label': 'Search the log',
    autocomplete: 'off',
    maxlength: 200,
    spellcheck: 'false',
  });
  const sensitive = element(
    'button',
    { type: 'button', title: 'Upper and lower case differ', 'aria-pressed': 'false' },
    'Aa',
  );
  const found = element('span', { class: 'log-found', role: 'status' });
  const selected = element('span', { class: 'log-selected', hidden: true });
  const selectedWords = element('span', {});
  selected.append(
    selectedWords,
    button('copy-link', 'Copy link', 'Copy a link to the selected lines (y)'),
    button('copy-lines', 'Copy lines', 'Copy the selected lines (c)'),
  );
  field.addEventListener('input', searched);
  field.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') ask(event.shiftKey ? 'previous-hit' : 'next-hit');
    else if (event.key === 'Escape') ask('clear');
    else return;
    event.preventDefault();
  });
  sensitive.addEventListener('click', () => {
    sensitive.setAttribute('aria-pressed', String(sensitive.getAttribute('aria-pressed') !== 'true'));
    searched();
  });
  const bar = element(
    'div',
    { class: 'log-bar' },
    element(
      'span',
      { class: 'log-search' },
      field,
      sensitive,
      button('previous-hit', '↑', 'Previous line found (N, Shift+Enter)'),
      button('next-hit', '↓', 'Next line found (n, Enter)'),
      found,
    ),
    selected,
    element(
      'span',
      { class: 'log-buttons' },
      button('next-error', 'Next error', 'Next error (f)'),
      button('fold-all', 'Fold', 'Fold or unfold all sections (o)'),
      button('times', 'Times', 'Times: since the start, absolute, none (t)'),
      button('wrap', 'Wrap', 'Wrap long lines (w)'),
      element('a', { href: raw, title: 'The whole log as text', download: true, class: 'log-raw' }, 'Raw'),
      button('help', 'Keys', 'Which keys do what (?)'),
    ),
  );
  for (const command of ['times', 'wrap'] as const) press(command, false);
  function press(command: Command, isPressed: boolean): void {
    bar.querySelector(`[data-command=${command}]`)?.setAttribute('aria-pressed', String(isPressed));
  }
  return {
    element: bar,
    field,
    get isCaseSensitive() {
      return sensitive.getAttribute('aria-pressed') === 'true';
    },
    sayFound: (words) => {
      found.textContent = words;
    },
    saySelected: (words) => {
      selected.hidden = words === undefined;
      selectedWords.textContent = words ?? '';
    },
    press,
  };
}
