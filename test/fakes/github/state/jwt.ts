import { verify } from 'node:crypto';
import type { App } from './model.js';

// https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app
const MAX_LIFE_SECONDS = 10 * 60;

/**
 * Checks an App's JSON web token as GitHub does.
 * @param now milliseconds since the epoch
 * @returns what is wrong with it, in GitHub's words, or `undefined` when it is good
 */
export function jwtProblem(token: string, app: App, now: number): string | undefined {
  const [header, claims, signature, ...rest] = token.split('.');
  if (header === undefined || claims === undefined || signature === undefined || rest.length > 0)
    return 'A JSON web token could not be decoded';
  const head = decode(header);
  const body = decode(claims);
  if (head?.['alg'] !== 'RS256' || body === undefined) return 'A JSON web token could not be decoded';
  const signed = Buffer.from(`${header}.${claims}`);
  if (!verify('RSA-SHA256', signed, app.publicKey, Buffer.from(signature, 'base64url')))
    return 'A JSON web token could not be decoded';
  return claimsProblem(body, app, Math.floor(now / 1000));
}

function claimsProblem(claims: Record<string, unknown>, app: App, now: number): string | undefined {
  const { iss, iat, exp } = claims;
  if (String(iss) !== String(app.id) && iss !== app.clientId) return 'Integration not found';
  if (!Number.isInteger(iat) || (iat as number) > now)
    return "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued";
  if (!Number.isInteger(exp) || (exp as number) <= now)
    return "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires";
  if ((exp as number) > now + MAX_LIFE_SECONDS)
    return "'Expiration time' claim ('exp') is too far in the future";
  return undefined;
}

function decode(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined; // not JSON: the caller says so in GitHub's words
  }
}
