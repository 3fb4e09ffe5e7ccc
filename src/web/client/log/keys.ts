/** What a person can ask for by a key or a button. */
export type Command =
  | 'help'
  | 'search'
  | 'next-hit'
  | 'previous-hit'
  | 'first-line'
  | 'last-line'
  | 'line-down'
  | 'line-up'
  | 'page-down'
  | 'page-up'
  | 'next-error'
  | 'previous-error'
  | 'fold-all'
  | 'times'
  | 'wrap'
  | 'copy-link'
  | 'copy-lines'
  | 'clear';

const COMMANDS: Readonly<Record<string, Command>> = {
  '?': 'help',
  '/': 'search',
  n: 'next-hit',
  N: 'previous-hit',
  g: 'first-line',
  Home: 'first-line',
  G: 'last-line',
  End: 'last-line',
  j: 'line-down',
  ArrowDown: 'line-down',
  k: 'line-up',
  ArrowUp: 'line-up',
  PageDown: 'page-down',
  ' ': 'page-down',
  PageUp: 'page-up',
  f: 'next-error',
  F: 'previous-error',
  o: 'fold-all',
  t: 'times',
  w: 'wrap',
  y: 'copy-link',
  c: 'copy-lines',
  Escape: 'clear',
};

/** For the dialog: keys, and what they do. */
export const KEYS_EXPLAINED: readonly (readonly [readonly string[], string])[] = [
  [['/'], 'Search the whole log'],
  [['n', 'N'], 'Next and previous line found'],
  [['f', 'F'], 'Next and previous error'],
  [['g', 'G'], 'First and last line; the last one follows what still comes'],
  [['j', 'k'], 'A line down, a line up'],
  [['o'], 'Fold or unfold all sections'],
  [['t'], 'Times: since the start, absolute, none'],
  [['w'], 'Wrap long lines'],
  [['y'], 'Copy a link to the selected lines'],
  [['c'], 'Copy the selected lines'],
  [['Esc'], 'Select nothing, end the search'],
];

interface KeyPressed {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
}

/**
 * @param where what has the focus: keys of fields are their own, and so are space and arrows of what is no log
 */
export function commandOf(
  { key, ctrlKey, altKey, metaKey }: KeyPressed,
  where: 'log' | 'control' | 'field' | 'nothing',
): Command | undefined {
  if (ctrlKey || altKey || metaKey || where === 'field') return undefined;
  if (where === 'control' && (key === ' ' || key.length > 1) && key !== 'Escape') return undefined;
  return Object.hasOwn(COMMANDS, key) ? COMMANDS[key] : undefined;
}
