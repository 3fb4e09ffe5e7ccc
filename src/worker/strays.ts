import type { Labels } from './ports.js';

/** What may be in the engine although nobody has it: the engine went away while it was made, or while it was removed. */
export interface Strays {
  /** Whatever bears all these labels goes as soon as the engine answers. Nobody may use it any more. */
  add(labels: Labels): void;
  /** The engine answers: once more for what is left. Nobody waits for it. */
  remove(): void;
  /** Resolves behind a last try. */
  close(): Promise<void>;
}
