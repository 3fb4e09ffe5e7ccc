import type { Budget, CheckSubject } from '../../src/checks/ports.js';
import { createPublisher, type Publisher } from '../../src/checks/publisher.js';
import { type FakeClock, fakeClock } from './fake-clock.js';
import { type MemoryStore, memoryStore } from './memory-store.js';
import { type ScriptedGitHub, scriptedGitHub } from './scripted-github.js';
import { links, noFindings } from './subjects.js';

/** A publisher between a store in memory and a GitHub that does what it is told. */
export interface House {
  readonly clock: FakeClock;
  readonly store: MemoryStore;
  readonly github: ScriptedGitHub;
  /** The log of every stage. */
  readonly log: { text: string; broken: boolean };
  /** What the installation's rate limit has left; undefined: not known. */
  readonly quota: { left: Budget | undefined };
  /** Stores the run's state, new or changed, and tells the publisher. */
  put(subject: CheckSubject): void;
  /** Somebody has a run of before run again, and this is what it is then. */
  again(subject: CheckSubject): void;
  /** Lets time pass until GitHub knows everything. */
  idle(): Promise<void>;
  /** A new process over the same store. */
  restart(): Promise<void>;
  /** The process is gone in the middle of whatever it did. */
  stop(): Promise<void>;
}

export async function openHouse(): Promise<House> {
  const clock = fakeClock();
  const store = memoryStore();
  const github = scriptedGitHub(clock);
  const log = { text: 'hello\n', broken: false };
  const known = new Set<number>();
  const quota: House['quota'] = { left: undefined };
  const budget = () =>
    quota.left !== undefined && quota.left.resetAt > clock.now() ? quota.left : undefined;
  let publisher = await begin();

  async function begin(): Promise<Publisher> {
    const tail = {
      tail: async (_log: unknown, most: number) => {
        if (log.broken) {
          throw new Error('the archive is gone');
        }
        const bytes = Buffer.from(log.text);
        return { bytes: bytes.subarray(-most), size: bytes.length };
      },
    };
    const ignore = () => undefined;
    const logger = { debug: ignore, warn: ignore, error: ignore };
    const begun = createPublisher({
      store,
      api: github,
      tail,
      findings: noFindings,
      links,
      clock,
      logger,
      budget,
    });
    await begun.start();
    return begun;
  }

  return {
    clock,
    store,
    github,
    log,
    quota,
    put(subject) {
      if (known.has(subject.run)) {
        store.change(subject);
      } else {
        known.add(subject.run);
        store.add(subject);
      }
      publisher.changed(subject.run);
    },
    again(subject) {
      store.decide(subject.run);
      store.change(subject);
      publisher.changed(subject.run);
    },
    idle: () => clock.until(publisher.idle()),
    async restart() {
      await clock.until(publisher.stop());
      publisher = await begin();
    },
    stop: () => clock.until(publisher.stop()),
  };
}
