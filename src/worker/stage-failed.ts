import type { Failure, FailureCode } from '../pipeline/model.js';

/** Thrown inside a step: the stage fails with this, and it is the file's or the code's fault. */
export class StageFailed extends Error {
  override readonly name = 'StageFailed';
  readonly failure: Failure;
  constructor(code: FailureCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.failure = { code, message };
  }
}
