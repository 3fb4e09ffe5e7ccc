import { element } from './element.js';
import { KEYS_EXPLAINED } from './keys.js';

/** The dialog that says which keys do what. */
export function createHelp(): HTMLDialogElement {
  const list = element('dl', { class: 'log-keys' });
  for (const [keys, words] of KEYS_EXPLAINED) {
    list.append(
      element('dt', {}, ...keys.flatMap((key, index) => [index > 0 ? ' ' : '', element('kbd', {}, key)])),
      element('dd', {}, words),
    );
  }
  return element(
    'dialog',
    { class: 'log-help', 'aria-labelledby': 'log-help' },
    element('h2', { id: 'log-help' }, 'Keys'),
    list,
    element('p', { class: 'quiet' }, 'A click on a line number selects the line, with Shift up to it.'),
    element('form', { method: 'dialog' }, element('button', {}, 'Close')),
  );
}
