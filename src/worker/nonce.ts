import { randomBytes } from 'node:crypto';

/** 128 random bits as 32 hex digits: what a script prints by chance or by malice is not this. */
export function createNonce(): string {
  return randomBytes(16).toString('hex');
}
