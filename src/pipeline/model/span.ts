/** A part of the time of a job or a stage, as whoever spent it measured it. */
export interface Span {
  /** What the time went into: `queue`, `checkout`, `pull`, `run`, … */
  readonly name: string;
  /** When it began, in ms since the epoch: a worker says it by its own clock, a stored run has it by the server's. */
  readonly at: number;
  /** milliseconds */
  readonly ms: number;
  /** Which of several: the image of a pull, the stage that was armed. */
  readonly detail?: string;
  /** The try that it belongs to; absent: the first. */
  readonly attempt?: number;
}
