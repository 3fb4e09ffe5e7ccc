import { MARK, type Script } from './script.js';

/** What the output of a script is made of. */
export type Piece =
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  /** A command is about to run; 1-based. */
  | { readonly kind: 'command'; readonly index: number }
  /** The script has ended and nothing of it runs any more. `oomKills` is absent when the container cannot tell. */
  | { readonly kind: 'end'; readonly exitCode: number; readonly oomKills?: number };

export interface MarkerSplitter {
  /** Pieces in order; bytes that may be the beginning of a marker are held until more is known. */
  push(chunk: Buffer): readonly Piece[];
  /** What is still held when the output has ended. */
  rest(): Buffer;
}

type Marker = { readonly length: number; readonly piece: Piece };

const MARK_BYTE = MARK.charCodeAt(0);
/** Longest marker: two frames, 32 digits of nonce, and numbers that no run reaches. */
const MARKER_BYTES = 64;

/** Tells a script's output from the markers that our shells print into it. */
export function createMarkerSplitter(script: Pick<Script, 'commandNonce' | 'endNonce'>): MarkerSplitter {
  let held: Buffer = Buffer.alloc(0);
  return {
    push(chunk) {
      const bytes = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      const pieces: Piece[] = [];
      let plain = 0;
      let from = 0;
      held = Buffer.alloc(0);
      for (let at = bytes.indexOf(MARK_BYTE); at !== -1; at = bytes.indexOf(MARK_BYTE, from)) {
        const marker = markerAt(bytes, at, script);
        if (marker === 'partial') {
          held = Buffer.from(bytes.subarray(at));
          break;
        }
        from = at + 1;
        if (marker === undefined) continue;
        if (at > plain) pieces.push({ kind: 'bytes', bytes: bytes.subarray(plain, at) });
        pieces.push(marker.piece);
        from = at + marker.length;
        plain = from;
      }
      const end = bytes.length - held.length;
      if (end > plain) pieces.push({ kind: 'bytes', bytes: bytes.subarray(plain, end) });
      return pieces;
    },
    rest() {
      const rest = held;
      held = Buffer.alloc(0);
      return rest;
    },
  };
}

function markerAt(
  bytes: Buffer,
  at: number,
  script: Pick<Script, 'commandNonce' | 'endNonce'>,
): Marker | 'partial' | undefined {
  const next = bytes[at + 1];
  // Output that is full of frames must not cost a string for each of them.
  if (
    next !== undefined &&
    next !== script.commandNonce.charCodeAt(0) &&
    next !== script.endNonce.charCodeAt(0)
  ) {
    return undefined;
  }
  const text = bytes.toString('latin1', at + 1, at + MARKER_BYTES);
  for (const nonce of [script.commandNonce, script.endNonce]) {
    const head = `${nonce}:`;
    if (!text.startsWith(head)) {
      if (text.length < head.length && head.startsWith(text)) return 'partial';
      continue;
    }
    const close = text.indexOf(MARK, head.length);
    const body = close === -1 ? text.slice(head.length) : text.slice(head.length, close);
    if (!/^[0-9:]*$/.test(body)) return undefined;
    if (close === -1) return text.length < MARKER_BYTES - 1 ? 'partial' : undefined;
    const piece = nonce === script.endNonce ? endPiece(body) : commandPiece(body);
    return piece && { length: close + 2, piece };
  }
  return undefined;
}

function commandPiece(body: string): Piece | undefined {
  return /^[0-9]{1,9}$/.test(body) ? { kind: 'command', index: Number(body) } : undefined;
}

function endPiece(body: string): Piece | undefined {
  const match = /^([0-9]{1,3}):([0-9]*)$/.exec(body);
  if (match?.[1] === undefined) return undefined;
  const exitCode = Number(match[1]);
  return match[2] === '' || match[2] === undefined
    ? { kind: 'end', exitCode }
    : { kind: 'end', exitCode, oomKills: Number(match[2]) };
}
