import type { StageLog } from './stage-log.js';

/** What a step sees of the log of its stage. */
export type StepLog = Pick<StageLog, 'write' | 'line' | 'mark' | 'end'>;

/** The log for one try: a step that hangs past its halt may still hear of its container when others write there. */
export function openStepLog(log: StepLog): { readonly log: StepLog; close(): void } {
  let isOpen = true;
  return {
    log: {
      write: async (...said) => {
        if (isOpen) await log.write(...said);
      },
      line: async (text) => {
        if (isOpen) await log.line(text);
      },
      mark: (section) => {
        if (isOpen) log.mark(section);
      },
      end: (...how) => {
        if (isOpen) log.end(...how);
      },
    },
    close() {
      isOpen = false;
    },
  };
}
