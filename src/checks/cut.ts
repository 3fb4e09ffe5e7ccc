/** The most that GitHub takes in `summary` and in `text`, each: characters by its schema, bytes in fact. */
export const OUTPUT_BYTES = 65_535;

/** The most that GitHub takes in a check's title, in characters. */
export const TITLE_CHARACTERS = 255;

/** The last `count` bytes of UTF-8, or up to three fewer to begin at a whole character. */
export function endFrom(bytes: Buffer, count: number): Buffer {
  let start = Math.max(0, bytes.length - Math.max(0, count));
  // Continuation bytes are 10xxxxxx. Where text was cut by others, its first bytes may be some.
  while (start > 0 && start < bytes.length && ((bytes[start] ?? 0) & 0xc0) === 0x80) {
    start += 1;
  }
  return bytes.subarray(start);
}

/** As many lines as fit in `bytes`, with the line that `more` makes of the number of those left out. */
export function keepLines(lines: readonly string[], bytes: number, more: (left: number) => string): string {
  const whole = lines.join('\n');
  if (Buffer.byteLength(whole) <= bytes) {
    return whole;
  }
  const room = bytes - Buffer.byteLength(more(lines.length)) - 1;
  let used = 0;
  const fits = lines.findIndex((line) => {
    used += Buffer.byteLength(line) + 1;
    return used > room;
  });
  return [...lines.slice(0, fits), more(lines.length - fits)].join('\n');
}
