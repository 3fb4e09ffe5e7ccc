const PATIENCE_MS = 10_000;

/**
 * A new channel of a relay, as smee.io makes them: `/new` redirects to it. Who knows the address reads what comes
 * through.
 * @throws Error when the server is none of that kind, or away
 */
export async function newChannel(server: string): Promise<string> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const answer = await fetch(new URL('/new', server), { redirect: 'manual', signal });
  await answer.body?.cancel();
  const location = answer.headers.get('location');
  if (answer.status < 300 || answer.status > 399 || location === null) {
    throw new Error(`${server} answered ${String(answer.status)} and made no channel`);
  }
  return new URL(location, server).href;
}
