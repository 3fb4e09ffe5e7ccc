import { rmSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { createUses } from '../../../src/adapters/git/uses.js';
import { temporary } from './origin.js';

const MIRROR = '/mirrors/1.git';
const nobody = async (): Promise<boolean> => false;

describe('who is alone with a mirror', () => {
  test('is told when somebody comes, who waits until the work has ended', async () => {
    const uses = createUses(nobody);
    const order: string[] = [];
    let begun = (): void => undefined;
    const working = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const alone = uses.alone(MIRROR, async (arrived) => {
      await new Promise<void>((resolve) => {
        arrived.addEventListener('abort', () => resolve());
        begun();
      });
      await new Promise(setImmediate);
      order.push('the work has ended');
    });
    await working;
    await uses.add(MIRROR, temporary('workspace'));
    order.push('somebody has it');
    expect(await alone).toBe(true);
    expect(order).toEqual(['the work has ended', 'somebody has it']);
  });

  test('is nobody while a directory is there, or work goes on without one', async () => {
    const uses = createUses(nobody);
    const directory = temporary('workspace');
    await uses.add(MIRROR, directory);
    const refused = async (): Promise<void> => {
      throw new Error('somebody uses it');
    };
    expect(await uses.alone(MIRROR, refused)).toBe(false);
    rmSync(directory, { recursive: true });
    await uses.during(MIRROR, directory, async () => {
      expect(await uses.alone(MIRROR, refused)).toBe(false);
    });
    expect(await uses.alone(MIRROR, async () => undefined)).toBe(true);
  });

  test('is nobody when somebody comes while it is looked who is there', async () => {
    let come = (): void => undefined;
    const uses = createUses(async () => {
      come();
      return false;
    });
    // Gone again at once: only that he came tells of him.
    come = () => void uses.add(MIRROR, '/nowhere');
    expect(await uses.alone(MIRROR, async () => undefined)).toBe(false);
  });

  test('whose work fails leaves the mirror to others', async () => {
    const uses = createUses(nobody);
    const failing = uses.alone(MIRROR, async () => {
      throw new Error('no space left');
    });
    await expect(failing).rejects.toThrow('no space left');
    await uses.add(MIRROR, temporary('workspace'));
  });
});
