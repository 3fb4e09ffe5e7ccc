import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gitCheckout } from '../../../src/adapters/git/checkout.js';
import type { CheckoutOptions, CheckoutRequest } from '../../../src/worker/ports.js';
import { type Origin, pushOf, repositoryAt, temporary } from './origin.js';

export const never = new AbortController().signal;
export const atOnce = (): Promise<void> => Promise.resolve();
export const PLAIN: CheckoutOptions = { submodules: false, lfs: false };
export const WITH_SUBMODULES: CheckoutOptions = { ...PLAIN, submodules: true };

export function request(origin: Origin, sha: string, options: CheckoutOptions): CheckoutRequest {
  return {
    repository: repositoryAt(`file://${origin.directory}`),
    trigger: pushOf(sha),
    options,
    directory: temporary('workspace'),
  };
}

/** Of repositories on this machine, without waits. */
export const files = gitCheckout({ mirrors: temporary('mirrors'), allowFile: true, sleep: atOnce });

/** Of a commit of this origin. @returns the workspace */
export async function checkOut(origin: Origin, sha: string, options: CheckoutOptions): Promise<string> {
  const wanted = request(origin, sha, options);
  await files.checkout(wanted, never);
  return wanted.directory;
}

export const read = (...at: readonly string[]): string => readFileSync(path.join(...at), 'utf8');
