import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { type Cyclone, start } from '../main.js';
import { InvalidSettings, readEnvironment, readSettings, type Settings } from '../settings.js';

/** Errors whose message is for the operator; a stack would only hide it. */
const PLAIN: readonly string[] = [
  'DataDirUnavailable',
  'DatabaseUnavailable',
  'EngineUnavailable',
  'InvalidDockerHost',
  'RedisUnavailable',
  'SecretsUnavailable',
];

/**
 * Runs until SIGTERM or SIGINT has drained it.
 * @param started called when it is ready
 * @returns the exit status
 */
export async function serve(
  role: Settings['role'] | undefined,
  args: readonly string[],
  started: () => void,
): Promise<number> {
  const options = readOptions(args);
  if (typeof options === 'string') {
    process.stderr.write(`cyclone: ${options}\n`);
    return 2;
  }
  let settings: Settings;
  try {
    settings = readSettings(role === undefined ? undefined : { role }, readEnvironment(options.envFile));
  } catch (error) {
    if (error instanceof InvalidSettings) {
      const lines = error.problems.map((problem) => `  ${problem}`);
      process.stderr.write(`cyclone: the settings are not complete:\n${lines.join('\n')}\n`);
      return 1;
    }
    throw error;
  }
  const logger = pino({ level: settings.logLevel });
  // From now on: what has begun by then, an own Redis, is stopped and not left behind.
  const stopping = stopSignal();
  let cyclone: Cyclone;
  try {
    cyclone = await start(settings, logger);
  } catch (error) {
    if (error instanceof Error && (PLAIN.includes(error.name) || 'code' in error)) {
      process.stderr.write(`cyclone: ${error.message}\n`);
      return 1;
    }
    throw error;
  }
  started();
  const signal = await stopping;
  logger.info({ signal }, 'draining');
  const clean = await cyclone.stop();
  logger.info({ clean }, 'stopped');
  return clean ? 0 : 1;
}

/** A string says what is wrong. */
function readOptions(args: readonly string[]): { readonly envFile: string | undefined } | string {
  try {
    const { values } = parseArgs({ args: [...args], options: { 'env-file': { type: 'string' } } });
    return { envFile: values['env-file'] };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The second signal ends the process at once. */
function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) {
      process.once(name, (received) => {
        process.once(name, () => process.exit(130));
        resolve(received);
      });
    }
  });
}
