import type { Gate } from './gate.js';
import type { Clock } from './ports.js';

/** What comes after a round: the next one at that time (ms since the epoch), or when woken. */
export interface Next {
  /** Whether something is still to be done. */
  readonly dirty: boolean;
  readonly at?: number;
  /** Waking does not bring `at` forward. */
  readonly firm?: boolean;
  /** As far as is known there will be nothing to do any more. */
  readonly over?: boolean;
}

/** Repeats one piece of work, never twice at once. */
export interface Rounds {
  /** There may be something new to do. */
  wake(): void;
  dirty(): boolean;
  /** Resolves when the round under way is over; none begins afterwards. */
  stop(): Promise<void>;
}

export interface RoundsDeps {
  readonly clock: Clock;
  readonly gate: Gate;
  /** Must not reject. */
  readonly round: () => Promise<Next>;
  /** Whether the next round goes before others'. */
  readonly urgent: () => boolean;
  /** A round has ended; `over` as in {@link Next}, when nothing new came meanwhile. */
  readonly ended: (over: boolean) => void;
}

export function createRounds({ clock, gate, round, urgent, ended }: RoundsDeps): Rounds {
  const stopping = new AbortController();
  let life: Promise<void> | undefined;
  let nap = new AbortController();
  let woken = false;
  let dirty = false;

  async function live(): Promise<void> {
    for (;;) {
      woken = false;
      const next = await gate.pass(round, stopping.signal, urgent);
      if (next === undefined) {
        return;
      }
      dirty = next.dirty || woken;
      const rests = !woken && next.at === undefined;
      if (rests) {
        life = undefined;
      }
      ended(rests && next.over === true);
      if (rests) {
        return;
      }
      await waitFor(next);
    }
  }

  async function waitFor({ at = 0, firm = false }: Next): Promise<void> {
    while (!stopping.signal.aborted && clock.now() < at && (firm || !woken)) {
      nap = new AbortController();
      await clock.sleep(at - clock.now(), firm ? stopping.signal : nap.signal);
    }
  }

  return {
    wake() {
      woken = true;
      dirty = true;
      nap.abort();
      life ??= live();
    },
    dirty: () => dirty,
    async stop() {
      stopping.abort();
      nap.abort();
      await life;
    },
  };
}
