import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { RunObserver } from '../worker/ports.js';

/**
 * What a server reads at once, which makes three times as much garbage. To collect that takes about a millisecond. When
 * some 12 MiB more than before are in buffers, dead or not, V8 collects old objects too, which takes fifty.
 */
const MOST = 1024 * 1024;

/** So many bytes were in buffers that nobody holds any more. */
export type LetGo = (bytes: number) => void;

/**
 * Has V8 collect young objects when a MiB of a log is done with. By itself it does so when their JavaScript objects,
 * some hundred bytes each, fill its young space: by then there are 30 MiB of them, and those that happened to be in use
 * at two collections are old, and stay until there are tens of MiB more.
 */
export function createLetGo(collect: () => void = youngCollector()): LetGo {
  let dead = 0;
  return (bytes) => {
    dead += bytes;
    if (dead < MOST) return;
    dead = 0;
    collect();
  };
}

/** What came from the engine and went to Redis is dead when Redis has it. */
export function lettingGo(observer: RunObserver, letGo: LetGo): RunObserver {
  return {
    ...observer,
    async log(stage, piece) {
      await observer.log(stage, piece);
      letGo(piece.bytes.length);
    },
  };
}

type Collect = (options: { readonly type: 'minor' }) => void;

/** `gc` of V8, which is in contexts that are made while its flag is set; a process without long logs makes none. */
function youngCollector(): () => void {
  let gc: Collect | undefined;
  return () => {
    gc ??= findCollect();
    gc({ type: 'minor' });
  };
}

function findCollect(): Collect {
  setFlagsFromString('--expose-gc');
  try {
    return runInNewContext('gc') as Collect;
  } finally {
    setFlagsFromString('--no-expose-gc');
  }
}
