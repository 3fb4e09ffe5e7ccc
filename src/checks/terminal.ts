/* oxlint-disable no-control-regex -- control characters are what this file is about */
/**
 * What a terminal would be left showing, as plain text: no colours, no links, no cursor movement.
 * Escape sequences: ECMA-48, https://ecma-international.org/publications-and-standards/standards/ecma-48/
 */
export function plainText(printed: string): string {
  return withoutControls(withoutSequences(printed).split('\n').map(overwritten).join('\n'));
}

/** One line without anything that moves, hides or reorders text. */
export function oneLine(text: string): string {
  return withoutControls(withoutSequences(text).replaceAll(ERASED, '')).replace(/\s+/gu, ' ').trim();
}

/** Stands for "erase to the end of the line" until the overwriting is resolved; was no text before. */
const ERASED = '\u0000';

/** OSC, DCS, SOS, PM and APC carry a string; one that never ends must not swallow the lines behind it. */
const STRING_SEQUENCE =
  /(?:\u001b[\]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[^\u0007\u001b\u009c\n]*(?:\u0007|\u001b\\|\u009c)?/gu;
const ERASE_LINE = /(?:\u001b\[|\u009b)[02]?K/gu;
const CONTROL_SEQUENCE = /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]/gu;
const OTHER_ESCAPE = /\u001b[ -/]*[0-~]/gu;

function withoutSequences(text: string): string {
  return text
    .replaceAll(ERASED, '')
    .replace(STRING_SEQUENCE, '')
    .replace(ERASE_LINE, ERASED)
    .replace(CONTROL_SEQUENCE, '')
    .replace(OTHER_ESCAPE, '');
}

/** A carriage return goes back to the first column; what follows is written over what was there. */
function overwritten(line: string): string {
  let shown = '';
  // From the last one back: a line of returns alone would be copied for each of them.
  for (const written of line.split('\r').toReversed()) {
    const text = written.replaceAll(ERASED, '');
    shown += text.slice(shown.length);
    if (text.length < written.length) break;
  }
  return shown;
}

/** Controls but tab and newline, and the marks that turn the direction of text (CVE-2021-42574). */
function withoutControls(text: string): string {
  return text.replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu,
    '',
  );
}
