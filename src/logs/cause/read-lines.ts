import { createLineSplitter } from '../line-splitter.js';
import { plainText } from '../plain-text.js';

/** Lines as people see them, those of one piece at a time. */
export async function* readPlainLines(
  chunks: AsyncIterable<Buffer>,
): AsyncGenerator<readonly string[], void> {
  const splitter = createLineSplitter(0);
  for await (const chunk of chunks) yield splitter.push(chunk).map(({ text }) => shownLine(text));
  const rest = splitter.open();
  if (rest !== undefined) yield [shownLine(rest.text)];
}

/** Of a line that was written over, what was written last. */
function shownLine(printed: string): string {
  // Most lines have nothing to be taken away.
  if (/^[\t -~]*$/.test(printed)) return printed;
  return (
    plainText(printed)
      .split('\n')
      .findLast((part) => part.trim() !== '') ?? ''
  );
}
