import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** The right to see one run: HMAC-SHA-256 over `run:<id>`, base64url, 43 characters. */
export function signRun(key: Buffer, run: number): string {
  return createHmac('sha256', key).update(`run:${run}`).digest('base64url');
}

/** The right to see the badge of one private repository, and nothing else of it. */
export function signBadge(key: Buffer, repository: number): string {
  return createHmac('sha256', key).update(`badge:${repository}`).digest('base64url');
}

export function isSignedBadge(key: Buffer, repository: number, signature: string | undefined): boolean {
  return signature !== undefined && sameSecret(signature, signBadge(key, repository));
}

export function isSignedRun(key: Buffer, run: number, signature: string | undefined): boolean {
  return signature !== undefined && sameSecret(signature, signRun(key, run));
}

/** Takes as long for a wrong secret as for the right one: digests are compared, of equal length always. */
export function sameSecret(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
