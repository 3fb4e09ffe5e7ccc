import type { LineJson } from '../../log-protocol.js';
import { plainOf } from './ansi.js';

/** What is copied of lines: what they show, without numbers. */
export function copiedText(lines: readonly LineJson[]): string {
  return lines.map(({ text }) => `${plainOf(text)}\n`).join('');
}

/** Pages that are not reached by https have no clipboard of the newer kind. */
export async function copyText(text: string): Promise<boolean> {
  if (navigator.clipboard) {
    return navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    );
  }
  let isCopied = false;
  const give = (event: ClipboardEvent): void => {
    event.preventDefault();
    event.clipboardData?.setData('text/plain', text);
    isCopied = true;
  };
  document.addEventListener('copy', give, { capture: true, once: true });
  document.execCommand('copy');
  document.removeEventListener('copy', give, { capture: true });
  return isCopied;
}

/** A selection over rows → their text alone: no numbers, times and durations. */
export function selectedText(rows: HTMLElement, selection: Selection): string | undefined {
  if (selection.rangeCount === 0 || selection.isCollapsed) return undefined;
  const range = selection.getRangeAt(0);
  if (!range.intersectsNode(rows)) return undefined;
  const lines: string[] = [];
  for (const text of rows.querySelectorAll('.log-text')) {
    if (!range.intersectsNode(text)) continue;
    const part = document.createRange();
    part.selectNodeContents(text);
    if (text.contains(range.startContainer)) part.setStart(range.startContainer, range.startOffset);
    if (text.contains(range.endContainer)) part.setEnd(range.endContainer, range.endOffset);
    // The words of our own buttons are not the log's.
    const copied = part.cloneContents();
    for (const button of copied.querySelectorAll('button')) button.remove();
    lines.push(copied.textContent ?? '');
  }
  return lines.join('\n');
}
