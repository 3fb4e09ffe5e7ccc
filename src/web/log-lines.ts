import type { LogLine, LogLines } from '../logs/lines.js';
import type { LineJson, LinesJson } from './log-protocol.js';

export function linesJson({ from, lines, total }: LogLines): LinesJson {
  return { from, lines: lines.map(lineJson), total };
}

function lineJson({ text, more, at, by }: LogLine): LineJson {
  return {
    text,
    ...(at === undefined ? {} : { at }),
    ...(by === undefined || by === 'stdout' ? {} : { by }),
    ...(more === 0 ? {} : { more }),
  };
}
