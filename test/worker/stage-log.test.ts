import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compileMask } from '../../src/logs/mask.js';
import type { LogPiece } from '../../src/worker/ports.js';
import { StageLog } from '../../src/worker/stage-log.js';
import { openStepLog } from '../../src/worker/step-log.js';
import { authors, headings, type Printed, printed } from './printed.js';
import { FakeClock, gate } from './world.js';

const HALF_A_SEGMENT = 128 * 1024;

/** A log, and what the server gets of it: as long as it is shut, nothing. */
function openLog({ secrets = [], shut = false }: { secrets?: readonly string[]; shut?: boolean } = {}) {
  const clock = new FakeClock();
  const { open, passed } = gate();
  if (!shut) open();
  const pieces: LogPiece[] = [];
  const log = new StageLog({
    stage: 'a',
    observer: {
      async log(_, piece) {
        await passed;
        pieces.push({ ...piece, bytes: Buffer.from(piece.bytes) });
      },
    },
    mask: compileMask(secrets),
    clock,
    onError: (error) => {
      throw error;
    },
  });
  const read = async (): Promise<Printed> => {
    await log.close();
    return printed(pieces);
  };
  return { clock, log, open, pieces, read, print: (text: string) => log.write(Buffer.from(text)) };
}

/** Everything that can go on without the server has gone on. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

test('a log whose reader is behind takes one segment and the next, and then makes the writer wait', async () => {
  const { clock, log, open, pieces } = openLog({ shut: true });
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
  expect(pieces).toEqual([]);
  open();
  await waits;
  await log.close();
  expect(pieces.reduce((sum, { bytes }) => sum + bytes.length, 0)).toBe(written);
});

test('the memory of what is sent is used again, and not before it was taken', async () => {
  const memory = new Set<unknown>();
  const taken: Buffer[] = [];
  const log = new StageLog({
    stage: 'a',
    observer: {
      async log(_, { bytes }) {
        memory.add(bytes.buffer);
        // As slow as a server may be: whatever is written meanwhile is written.
        await settle();
        taken.push(Buffer.from(bytes));
      },
    },
    mask: compileMask([]),
    clock: new FakeClock(),
    onError: (error) => {
      throw error;
    },
  });
  const written = Array.from({ length: 40 }, (_, index) => Buffer.alloc(HALF_A_SEGMENT - index, index));
  for (const bytes of written) await log.write(bytes);
  await log.close();
  expect(Buffer.concat(taken).equals(Buffer.concat(written))).toBe(true);
  expect(taken.length).toBeGreaterThan(15);
  expect(memory.size).toBeLessThanOrEqual(3);
});

describe('stamps', () => {
  test('say when each piece came and by whom, one for a millisecond however it is chopped', async () => {
    const { clock, log, print, read } = openLog();
    for (const letter of 'one\n') await print(letter);
    clock.advance(20);
    await print('two\n');
    await log.write(Buffer.from('three\n'), 'stderr');
    clock.advance(5);
    await log.write(Buffer.from('four\n'), 'stderr');
    await log.line('five');
    const all = await read();
    expect(authors(all)).toEqual([
      'stdout 0: one',
      'stdout 20: two',
      'stderr 20: three',
      'stderr 25: four',
      'cyclone 25: five',
    ]);
    expect(all.stamps).toHaveLength(5);
  });

  test('begin every piece that is sent, and do not fill one', async () => {
    const { log, pieces } = openLog();
    for (let index = 0; index < 3000; index += 1) {
      await log.write(Buffer.from('.\n'), index % 2 === 0 ? 'stdout' : 'stderr');
    }
    await log.close();
    expect(pieces.map(({ stamps }) => stamps?.[0]?.offset)).toEqual(pieces.map(() => 0));
    expect(Math.max(...pieces.map(({ stamps = [] }) => stamps.length))).toBeLessThanOrEqual(512);
    expect(printed(pieces).text).toBe('.\n'.repeat(3000));
  });
});

describe('marks', () => {
  test('stand where a heading begins, on a line of its own, behind what was held for the mask', async () => {
    const { clock, log, print, read } = openLog({ secrets: ['s3cret-value'] });
    await log.line('preparing');
    log.mark({ kind: 'command', number: 1 });
    await log.line('$ printf s3cret-value');
    // It may be the beginning of a secret: until the next command, nobody knows.
    await print('s3cret-va');
    clock.advance(7);
    log.mark({ kind: 'command', number: 2 });
    await log.line('$ false');
    await print('lue s3cret-value\n');
    log.end(1, 3);
    log.end(1);
    await log.line('over');
    const all = await read();
    expect(all.text).toBe('preparing\n$ printf ***\ns3cret-va\n$ false\nlue ***\nover\n');
    expect(headings(all)).toEqual(['command 1: $ printf ***', 'command 2: $ false', 'end 1 (3): over']);
    expect(all.marks.map(({ at }) => at)).toEqual([0, 7, 7]);
  });

  test('of an end are sent when nothing follows, also behind all that was sent before', async () => {
    const { clock, log, print, pieces, read } = openLog();
    log.mark({ kind: 'command', number: 1 });
    await print('no line end');
    log.end(1, 0);
    const all = await read();
    expect(all.text).toBe('no line end\n');
    expect(all.marks.at(-1)).toMatchObject({ kind: 'end', offset: 12 });

    const second = openLog();
    second.log.mark({ kind: 'command', number: 1 });
    await second.print('printed\n');
    second.clock.advance(50);
    await settle();
    second.log.end(1, 0);
    expect(second.pieces).toHaveLength(1);
    expect((await second.read()).marks.at(-1)).toMatchObject({ kind: 'end', offset: 8 });
    expect([clock.now(), pieces.length]).toEqual([0, 1]);
  });

  test('of an end without a beginning are none', async () => {
    const { log, read } = openLog();
    log.end(1, 0);
    await log.line('the image is not there');
    expect((await read()).marks).toEqual([]);
  });

  test('are at the beginning of a line whatever is printed, masked and chopped', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('print' as const), text: fc.stringMatching(/^[ab\n]{0,12}$/) }),
      fc.record({ kind: fc.constant('error' as const), text: fc.stringMatching(/^[ab\n]{0,12}$/) }),
      fc.record({ kind: fc.constant('mark' as const), text: fc.constant('#') }),
      fc.record({ kind: fc.constant('wait' as const), text: fc.constant('') }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const { clock, log, pieces } = openLog({ secrets: ['abab', 'b\n'] });
        for (const [index, { kind, text }] of steps.entries()) {
          if (kind === 'print') await log.write(Buffer.from(text));
          if (kind === 'error') await log.write(Buffer.from(text), 'stderr');
          if (kind === 'wait') clock.advance(30);
          if (kind !== 'mark') continue;
          log.mark({ kind: 'command', number: index });
          await log.line(`# ${index}`);
        }
        await log.close();
        await settle();
        const { text, stamps, marks } = printed(pieces);
        for (const { offset, number } of marks) {
          expect(text.slice(offset)).toMatch(new RegExp(`^# ${number}\n`));
          expect(offset === 0 ? '\n' : text[offset - 1]).toBe('\n');
        }
        expect(text).not.toContain('abab');
        const offsets = stamps.map(({ offset }) => offset);
        expect(offsets).toEqual([...new Set(offsets)].sort((a, b) => a - b));
        expect(offsets[0] ?? 0).toBe(0);
      }),
    );
  });
});

test('a step that hangs past its halt writes nothing behind what is said of its end', async () => {
  const { log, read } = openLog();
  const step = openStepLog(log);
  step.log.mark({ kind: 'command', number: 1 });
  await step.log.line('$ sleep 99');
  step.close();
  log.end(1);
  await step.log.write(Buffer.from('late'));
  await step.log.line('later');
  step.log.mark({ kind: 'command', number: 2 });
  await log.line('Timed out');
  const { text, marks } = await read();
  expect(text).toBe('$ sleep 99\nTimed out\n');
  expect(marks.map(({ kind }) => kind)).toEqual(['command', 'end']);
});
