import { bytes } from '../../pipeline/measures.js';
import type { LogExcerpt } from '../log-excerpt.js';
import type { StageProps } from './stage-props.js';

/**
 * The end of the log as text, for every browser; the script of the page puts the viewer of the whole log in its place.
 */
export function StageLog({ frame: { addresses }, view, stage, state, excerpt }: StageProps) {
  const isPrivate = view.repository.private;
  const isLive = state.status !== 'completed';
  const log = addresses.log(view.id, stage.id, isPrivate);
  const startedAt = state.status === 'queued' ? undefined : state.startedAt;
  return (
    <section class="log-section" aria-labelledby="log">
      <div class="log-head">
        <h2 id="log">Log</h2>
        <span>
          <span class="quiet" data-log-state role="status">
            {isLive ? 'reload to see more' : ''}
          </span>{' '}
          <span data-part="log-size">
            {(isLive || excerpt.size > 0) && (
              <a href={log}>
                {isLive ? 'Whole log, as text' : `Whole log, as text (${bytes(excerpt.size)})`}
              </a>
            )}
          </span>
        </span>
      </div>
      {excerpt.text === '' && (!isLive || excerpt.isUnreadable) ? (
        <p class="quiet">{startedAt === undefined && !isLive ? 'It did not run.' : whyEmpty(excerpt)}</p>
      ) : (
        <div class="log-place" data-log={log} data-started={startedAt}>
          {excerpt.isCut && (
            <p class="quiet log-cut">
              These are its last {excerpt.lines} lines; what came before is in the whole log.
            </p>
          )}
          <pre class="log" aria-label={`Log of ${stage.id}`}>
            {/* The newline that HTML drops at the beginning, so that it drops none of the log's. */}
            {`\n${excerpt.text}`}
          </pre>
        </div>
      )}
    </section>
  );
}

function whyEmpty({ isRemoved, isUnreadable }: LogExcerpt): string {
  if (isUnreadable) {
    return 'This log cannot be read now: what keeps it does not answer, or is damaged. Reload to try again; the server’s own log says why.';
  }
  return isRemoved
    ? 'This log is not kept any more: old logs make room for newer ones.'
    : 'Nothing was printed.';
}
