import { count, duration } from '../../pipeline/measures.js';
import type { Repository } from '../../pipeline/model.js';
import { byDay, figuresOf } from '../figures.js';
import type { Frame } from '../frame.js';
import type { RunFigure, RunMention, RunView, StageFigure } from '../ports.js';
import { type Asked, EVENTS, queryOf, STATES } from '../run-filter.js';
import { shownOf } from '../words.js';
import { Charts } from './charts.js';
import { Layout, SLOW_PACE_MS } from './layout.js';
import { Pager, RunTable } from './run-table.js';
import { RepositoryLink } from './source.js';
import { State } from './state.js';
import { Ago } from './time.js';

export interface RepositoryProps {
  readonly frame: Frame;
  readonly repository: Repository;
  readonly asked: Asked;
  readonly page: number;
  readonly runs: readonly RunView[];
  readonly hasMore: boolean;
  /** Of the default branch. */
  readonly newest: RunMention | undefined;
  readonly figures: readonly RunFigure[];
  readonly stages: readonly StageFigure[];
  /** `image` and `page` are absolute addresses, for a file of the repository. */
  readonly badge: { readonly shown: string; readonly image: string; readonly page: string };
  readonly now: number;
}

export function RepositoryPage(props: RepositoryProps) {
  const { frame, repository, asked, page, runs, hasMore, now } = props;
  const { addresses } = frame;
  const name = `${repository.owner}/${repository.name}`;
  const isFirst = page === 1 && Object.values(asked).every((value) => value === '');
  return (
    <Layout
      title={page > 1 ? `${name}, page ${page} · Cyclone` : `${name} · Cyclone`}
      frame={frame}
      {...(isFirst
        ? { live: { events: addresses.events(), now, paceMs: SLOW_PACE_MS }, modules: ['run.js'] }
        : {})}
    >
      <nav class="crumbs" aria-label="Where this is">
        <a href={addresses.home(1)}>All runs</a> / {name}
      </nav>
      <h1>{name}</h1>
      <p class="quiet">
        On GitHub: <RepositoryLink repository={repository} />
      </p>
      <Newest {...props} />
      {isFirst && (
        <>
          <h2>The last 30 days</h2>
          <Charts days={byDay(props.figures, now)} all={figuresOf(props.figures)} />
        </>
      )}
      <h2>Runs</h2>
      <Filter {...props} />
      {runs.length === 0 ? (
        <p>{isFirst ? 'There is no run yet.' : 'No run is like that.'}</p>
      ) : (
        <RunTable addresses={addresses} runs={runs} now={now} />
      )}
      <Pager {...{ page, hasMore }} address={(to) => addresses.repository(repository, queryOf(asked, to))} />
      {isFirst && (
        <>
          <StageFigures {...props} />
          <Badge {...props} />
        </>
      )}
    </Layout>
  );
}

function Newest({ frame, repository, newest, now }: RepositoryProps) {
  if (newest === undefined) return null;
  return (
    <p>
      {repository.defaultBranch}: <State {...shownOf(newest.status, newest.conclusion)} /> in{' '}
      <a href={frame.addresses.run(newest.id, repository.private)}>run {newest.id}</a>,{' '}
      <Ago at={newest.createdAt} now={now} />
    </p>
  );
}

function Filter({ frame, repository, asked }: RepositoryProps) {
  return (
    <form class="filter" method="get" action={frame.addresses.repository(repository)} role="search">
      <label>
        Branch <input name="branch" value={asked.branch} size={14} />
      </label>
      <label>
        State{' '}
        <Select name="status" value={asked.status} words={Object.keys(STATES).map((one) => [one, one])} />
      </label>
      <label>
        Event <Select name="event" value={asked.event} words={Object.entries(EVENTS)} />
      </label>
      <label>
        Who <input name="who" value={asked.who} size={12} />
      </label>
      <button type="submit">Show</button>
    </form>
  );
}

interface SelectProps {
  readonly name: string;
  readonly value: string;
  readonly words: readonly (readonly [string, string])[];
}

function Select({ name, value, words }: SelectProps) {
  return (
    <select name={name}>
      <option value="">any</option>
      {words.map(([one, said]) => (
        <option value={one} selected={one === value}>
          {said}
        </option>
      ))}
    </select>
  );
}

/** As many as are worth a look. */
const MOST_STAGES = 8;

function StageFigures({ stages }: RepositoryProps) {
  const slowest = stages.toSorted((a, b) => b.meanMs - a.meanMs).slice(0, MOST_STAGES);
  const flaky = stages
    .filter((stage) => stage.flaky > 0)
    .toSorted((a, b) => b.flaky / b.ends - a.flaky / a.ends)
    .slice(0, MOST_STAGES);
  if (slowest.length === 0) return null;
  return (
    <div class="charts">
      <section aria-labelledby="slowest">
        <h2 id="slowest">Slowest stages</h2>
        <ul class="figures">
          {slowest.map(({ stage, meanMs, longestMs, ends }) => (
            <li>
              <span class="wide">{stage}</span>
              <span class="number">{duration(meanMs)}</span>
              <span class="quiet number">
                at most {duration(longestMs)}, {count(ends, 'run')}
              </span>
            </li>
          ))}
        </ul>
      </section>
      <section aria-labelledby="flaky">
        <h2 id="flaky">Flaky stages</h2>
        {flaky.length === 0 ? (
          <p class="quiet">None passed after it had failed on the same commit.</p>
        ) : (
          <ul class="figures">
            {flaky.map(({ stage, flaky, ends }) => (
              <li>
                <span class="wide">{stage}</span>
                <span class="number">
                  {flaky} of {count(ends, 'run')}
                </span>
                <span class="quiet">passed after it had failed</span>
              </li>
            ))}
          </ul>
        )}
      </section>
    </div>
  );
}

function Badge({ repository, badge }: RepositoryProps) {
  const markdown = `[![cyclone](${badge.image})](${badge.page})`;
  return (
    <section aria-labelledby="badge">
      <h2 id="badge">Badge</h2>
      <p>
        <img src={badge.shown} alt={`State of ${repository.defaultBranch}`} height="20" />
      </p>
      <label class="snippet">
        Markdown, for a README
        <input readonly value={markdown} />
      </label>
      {repository.private && (
        <p class="quiet">Whoever has this address sees the state of the default branch, and nothing else.</p>
      )}
    </section>
  );
}
