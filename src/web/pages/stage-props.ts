import type { StageView } from '../access.js';
import type { Frame } from '../frame.js';
import type { LogExcerpt } from '../log-excerpt.js';
import type { CauseJson } from '../log-protocol.js';

/** What the page of a stage shows. */
export interface StageProps extends StageView {
  readonly frame: Frame;
  readonly excerpt: LogExcerpt;
  /** What probably made it fail. */
  readonly cause?: Pick<CauseJson, 'line' | 'text'> | undefined;
  /** Where one sees what it printed that it did not print when it passed. */
  readonly difference?: string | undefined;
  /** Who looks may cancel and re-run it. */
  readonly mayAct?: boolean;
  readonly now: number;
}
