import { createHmac } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import { text } from 'node:stream/consumers';

export interface PostAnswer {
  /** GitHub's words: `OK`, `timed out`, … */
  readonly status: string;
  /** 0 when there was no answer. */
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

// https://docs.github.com/en/webhooks/using-webhooks/best-practices-for-using-webhooks#respond-within-10-seconds
const TIMEOUT_MS = 10_000;

/** Nobody was there. */
export const NOT_SENT: PostAnswer = {
  status: 'failed to connect to host',
  statusCode: 0,
  headers: {},
  body: '',
};

/** Sends one delivery; what goes wrong is part of the answer. */
export async function post(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  signal: AbortSignal,
): Promise<PostAnswer> {
  const patience = AbortSignal.timeout(TIMEOUT_MS);
  try {
    const answer = await send(url, headers, body, AbortSignal.any([signal, patience]));
    const ok = answer.statusCode >= 200 && answer.statusCode < 300;
    return { ...answer, status: ok ? 'OK' : `Invalid HTTP Response: ${answer.statusCode}` };
  } catch {
    return patience.aborted ? { ...NOT_SENT, status: 'timed out' } : NOT_SENT;
  }
}

async function send(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  signal: AbortSignal,
): Promise<Omit<PostAnswer, 'status'>> {
  const { request } = url.startsWith('https:') ? https : http;
  const message = await new Promise<http.IncomingMessage>((resolve, reject) => {
    // No agent: an idle connection would keep the receiver from closing.
    const outgoing = request(url, { method: 'POST', headers, agent: false, signal }, resolve);
    outgoing.on('error', reject);
    outgoing.end(body);
  });
  const entries = Object.entries(message.headers).map(([name, value]) => [name, [value].flat().join(', ')]);
  return {
    statusCode: message.statusCode ?? 0,
    headers: Object.fromEntries(entries) as Record<string, string>,
    body: await text(message),
  };
}

/** `sha256=…` as in X-Hub-Signature-256. */
export function sign(algorithm: 'sha1' | 'sha256', secret: string, body: string): string {
  return `${algorithm}=${createHmac(algorithm, secret).update(body).digest('hex')}`;
}
