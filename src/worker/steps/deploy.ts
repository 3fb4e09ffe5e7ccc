import type { Outcome } from '../../pipeline/model.js';

export function runDeploy(): Outcome {
  return { kind: 'neutral', message: 'deploy is not supported yet' };
}
