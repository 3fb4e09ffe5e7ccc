import type { Frame } from '../frame.js';
import type { RunView } from '../ports.js';
import { conclusionOf } from '../words.js';

interface RunActionsProps {
  readonly frame: Frame;
  readonly view: RunView;
  /** Whether who looks may do what these do; the server asks again when it is done. */
  readonly mayAct: boolean;
}

const FAILED = ['failure', 'timed_out', 'cancelled'];

/** What can be done with the run as it stands. */
export function RunActions({ frame, view, mayAct }: RunActionsProps) {
  const { addresses, viewer } = frame;
  if (!mayAct || viewer === undefined) return null;
  const { run, stages } = view.progress;
  const isOver = run.status === 'completed';
  const ends = stages.map(({ state }) => conclusionOf(state));
  const waitsForPerson = isOver && run.conclusion === 'action_required';
  const buttons = [
    { path: 'allow', words: 'Approve and run', is: waitsForPerson },
    {
      path: 'rerun-failed',
      words: 'Re-run what failed',
      is: isOver && !waitsForPerson && ends.some((end) => end !== undefined && FAILED.includes(end)),
    },
    { path: 'rerun', words: 'Re-run all', is: isOver && !waitsForPerson && stages.length > 0 },
    { path: 'cancel', words: 'Cancel', is: !isOver && view.progress.cancelledBy === undefined },
  ].filter(({ is }) => is);
  if (buttons.length === 0) return null;
  return (
    <div class="actions">
      {buttons.map(({ path, words }) => (
        <form method="post" action={addresses.act(view.id, path)}>
          <input type="hidden" name="csrf" value={viewer.csrf} />
          <button type="submit">{words}</button>
        </form>
      ))}
    </div>
  );
}
