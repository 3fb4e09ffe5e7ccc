import type { Frame } from '../frame.js';
import type { RunView } from '../ports.js';
import { type FloorProps, FloorView } from './floor.js';
import { Layout, SLOW_PACE_MS } from './layout.js';
import { Pager, RunTable } from './run-table.js';

export interface HomeProps {
  readonly frame: Frame;
  /** What has not ended; on the first page alone. */
  readonly open: readonly RunView[];
  readonly floor: FloorProps['floor'];
  readonly runs: readonly RunView[];
  readonly page: number;
  readonly hasMore: boolean;
  readonly now: number;
}

export function HomePage({ frame, open, floor, runs, page, hasMore, now }: HomeProps) {
  const { addresses, viewer } = frame;
  const isFirst = page === 1;
  return (
    <Layout
      title={isFirst ? 'Runs · Cyclone' : `Runs, page ${page} · Cyclone`}
      frame={frame}
      {...(isFirst
        ? { live: { events: addresses.events(), now, paceMs: SLOW_PACE_MS }, modules: ['run.js'] }
        : {})}
    >
      {isFirst && (
        <>
          <h1>Now</h1>
          <FloorView floor={floor} isSignedIn={viewer !== undefined} now={now} />
          {open.length === 0 ? (
            <p class="quiet">Nothing runs.</p>
          ) : (
            <RunTable addresses={addresses} runs={open} now={now} withRepository />
          )}
        </>
      )}
      {isFirst ? <h2>Runs</h2> : <h1>Runs</h1>}
      <p class="quiet">
        {viewer === undefined
          ? 'Of public repositories, newest first. Runs of private ones open by the Details link of their checks.'
          : 'Of public repositories and of those that GitHub shows you, newest first.'}
      </p>
      {runs.length === 0 ? (
        <Empty page={page} />
      ) : (
        <RunTable addresses={addresses} runs={runs} now={now} withRepository />
      )}
      <Pager page={page} hasMore={hasMore} address={(to) => addresses.home(to)} />
    </Layout>
  );
}

function Empty({ page }: { readonly page: number }) {
  if (page > 1) return <p>There are no older runs.</p>;
  return (
    <p>
      There is no run yet. Install the GitHub App on a repository, add a <code>caicloud.yml</code> and push.
    </p>
  );
}
