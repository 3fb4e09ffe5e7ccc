import type { Logger as ProbotLogger } from 'probot';
import type { Logger } from '../../runs/ports.js';

/**
 * Probot's log into ours. Its fields are left out: at `debug` it gives whole payloads and request
 * bodies, and an error of a webhook carries its event.
 */
export function probotLog(logger: Logger): ProbotLogger {
  const to =
    (level: keyof Logger) =>
    (first: unknown, message?: unknown): void =>
      logger[level]({ detail: detailOf(first, message) }, 'Probot');
  const log = {
    level: 'info',
    silent: () => undefined,
    trace: () => undefined,
    debug: () => undefined,
    info: to('info'),
    warn: to('warn'),
    error: to('error'),
    fatal: to('error'),
    child: () => log,
  };
  // The rest of pino's interface is of no use to Probot.
  return log as unknown as ProbotLogger;
}

function detailOf(first: unknown, message: unknown): string {
  const texts = [first instanceof Error ? first.message : first, message];
  return texts.filter((text) => typeof text === 'string').join(': ');
}
