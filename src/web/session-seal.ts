import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Granted } from './ports.js';

const IV_BYTES = 12;
const TAG_BYTES = 16;

const GRANTED = z.object({
  token: z.string(),
  expiresAt: z.number().nullable(),
  refreshToken: z.string().nullable(),
});

/** Readable only with what the cookie holds: a stolen database opens nothing on GitHub. */
export function seal(secret: string, granted: Granted): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', keyOf(secret), iv);
  const text = Buffer.concat([cipher.update(JSON.stringify(granted)), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), text]).toString('base64url');
}

/** Undefined: it was sealed with another secret, or changed. */
export function unseal(secret: string, sealed: string): Granted | undefined {
  const bytes = Buffer.from(sealed, 'base64url');
  const tagEnd = IV_BYTES + TAG_BYTES;
  if (bytes.length < tagEnd) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', keyOf(secret), bytes.subarray(0, IV_BYTES));
  decipher.setAuthTag(bytes.subarray(IV_BYTES, tagEnd));
  try {
    const text = Buffer.concat([decipher.update(bytes.subarray(tagEnd)), decipher.final()]);
    return GRANTED.parse(JSON.parse(text.toString('utf8')));
  } catch {
    return undefined;
  }
}

function keyOf(secret: string): Uint8Array {
  return new Uint8Array(
    hkdfSync('sha256', Buffer.from(secret, 'base64url'), '', 'cyclone: token of a session', 32),
  );
}
