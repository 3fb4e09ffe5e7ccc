/** C0, DEL and C1, but tab, newline and return. */
const CONTROLS = /(?![\t\n\r])\p{Cc}/gu;

/** ECMA-48: strings (OSC with its links, DCS, APC …) up to their end, control sequences, two-character ones. */
const SEQUENCES = new RegExp(
  [
    // A string that is never ended swallows no more than its line.
    String.raw`(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c\r\n]*(?:\x07|\x1b\\|\x9c)?`,
    String.raw`(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?`,
    String.raw`\x1b[ -/]*[0-~]?`,
  ].join('|'),
  'g',
);

/** What was printed, without escape sequences. Line ends stay where they are. */
export function withoutSequences(printed: string): string {
  return printed.replace(SEQUENCES, '');
}

/** They turn the reading order around, so that code reads as what it is not (CVE-2021-42574). */
const BIDI = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * What was printed, without what a terminal would do about it: no colours, links, cursor movements.
 * A lone carriage return ends a line: what it would have overwritten stays readable.
 */
export function plainText(printed: string): string {
  return withoutSequences(printed)
    .replace(/\r+\n/g, '\n')
    .replace(/\r/g, '\n')
    .replace(CONTROLS, '')
    .replace(
      BIDI,
      (character) => `<U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}>`,
    );
}
