import { expect, test } from '@jest/globals';
import { compileMask } from '../../src/logs/mask.js';
import { StageLog } from '../../src/worker/stage-log.js';
import { FakeClock, gate } from './world.js';

const HALF_A_SEGMENT = 32 * 1024;

/** A log whose way to the server is shut until it is opened. */
function shutLog() {
  const clock = new FakeClock();
  const { open, passed } = gate();
  const sent: number[] = [];
  const log = new StageLog({
    stage: 'a',
    observer: {
      async log(_, { bytes }) {
        await passed;
        sent.push(bytes.length);
      },
    },
    mask: compileMask([]),
    clock,
    onError: (error) => {
      throw error;
    },
  });
  return { clock, log, open, sent };
}

/** Everything that can go on without the server has gone on. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

test('a log whose reader is behind takes some MiB of small writes, and then makes the writer wait', async () => {
  const { clock, log, open, sent } = shutLog();
  let written = 0;
  let waits: Promise<void> | undefined;
  while (waits === undefined && written < 1024 * HALF_A_SEGMENT) {
    let taken = false;
    const write = log.write(Buffer.alloc(HALF_A_SEGMENT, 'x')).finally(() => {
      taken = true;
    });
    written += HALF_A_SEGMENT;
    // It goes by its age, before it is full: nobody waited for that.
    clock.advance(50);
    await settle();
    if (!taken) waits = write;
  }
  expect(waits).toBeDefined();
  expect(written / HALF_A_SEGMENT).toBeGreaterThan(2);
  expect(sent).toEqual([]);
  open();
  await waits;
  await log.close();
  expect(sent.reduce((sum, bytes) => sum + bytes, 0)).toBe(written);
});
