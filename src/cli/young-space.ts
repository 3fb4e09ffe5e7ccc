import { setFlagsFromString } from 'node:v8';

/** V8's own: https://github.com/v8/v8/blob/main/src/flags/flag-definitions.h */
const GROWTH = 2;

/**
 * Keeps V8's space for young objects as small as it begins, until the function that comes back is called. A start
 * makes much that lasts, for which V8 would grow that space by some 20 MiB, and give them back only under pressure.
 */
export function keepYoungSpaceSmall(): () => void {
  setFlagsFromString('--semi-space-growth-factor=1');
  return () => setFlagsFromString(`--semi-space-growth-factor=${GROWTH}`);
}
