import type { CauseKind } from './cause.js';
import type { Extent } from './extents.js';

/** How a tool says that something failed. Patterns see one plain line of at most 300 characters. */
export interface Rule {
  readonly kind: CauseKind;
  /** 0 to 100: the more specific, the higher. Among equals the first line wins. */
  readonly weight: number;
  readonly pattern: RegExp;
  /** Which of the lines behind it belong to it; absent: none. */
  readonly extent?: Extent;
}
