import type { Issue, StageId } from '../../pipeline/model.js';
import type { Told } from '../../pipeline/told.js';
import type { Frame } from '../frame.js';
import type { CauseJson } from '../log-protocol.js';
import type { RunView } from '../ports.js';
import { hasFailedStage } from '../words.js';
import { Graph } from './graph.js';
import { Layout } from './layout.js';
import { RunActions } from './run-actions.js';
import { type Around, RunFacts } from './run-facts.js';
import { FileLine, RepositoryPageLink } from './source.js';
import { Stages } from './stages.js';
import { StateOfRun } from './state.js';
import { Timeline } from './timeline.js';

export interface RunProps {
  readonly frame: Frame;
  readonly view: RunView;
  readonly around: Around;
  readonly mayAct: boolean;
  /** Why stages failed, as far as it is known. */
  readonly causes: ReadonlyMap<StageId, CauseJson>;
  readonly told: Told;
  readonly now: number;
}

export function RunPage({ frame, view, around, mayAct, causes, told, now }: RunProps) {
  const { repository, trigger, progress, plan } = view;
  const { addresses } = frame;
  const { run } = progress;
  const name = `${repository.owner}/${repository.name}`;
  return (
    <Layout
      title={`${trigger.title || `Run ${view.id}`} · ${name} · Cyclone`}
      frame={frame}
      live={{ events: addresses.events(view.id, repository.private), now }}
      modules={['run.js']}
    >
      <nav class="crumbs" aria-label="Where this is">
        <RepositoryPageLink addresses={addresses} repository={repository} /> / run {view.id}
      </nav>
      <h1>{trigger.title || `Run ${view.id}`}</h1>
      <p>
        <StateOfRun run={run} />
        {run.status === 'completed' ? run.reason !== '' && ` · ${run.reason}` : failedSoFar(view)}
      </p>
      <RunActions frame={frame} view={view} mayAct={mayAct} />
      <RunFacts {...{ addresses, view, around, now }} />
      <Issues view={view} />
      <h2>Stages</h2>
      {plan.skip && <p>{plan.skip.message}</p>}
      {plan.stages.length === 0 ? (
        <p>Nothing was planned. What stands in the way is said above and in the check on GitHub.</p>
      ) : (
        <>
          <Graph {...{ addresses, view, now }} />
          <Stages {...{ addresses, view, causes, now }} />
          <Timeline {...{ addresses, view, told, now }} />
        </>
      )}
    </Layout>
  );
}

function failedSoFar({ progress }: RunView): string {
  const failed = progress.stages.filter(({ state }) => hasFailedStage(state)).length;
  return failed === 0 ? '' : ` · ${failed} failed so far`;
}

function Issues({ view }: { readonly view: RunView }) {
  if (view.issues.length === 0) return null;
  return (
    <section aria-labelledby="issues">
      <h2 id="issues">caicloud.yml</h2>
      <ul class="issues">
        {view.issues.map((issue) => (
          <IssueItem view={view} issue={issue} />
        ))}
      </ul>
    </section>
  );
}

function IssueItem({ view, issue }: { readonly view: RunView; readonly issue: Issue }) {
  return (
    <li class={issue.severity}>
      <FileLine repository={view.repository} trigger={view.trigger} line={issue.line} /> · {issue.severity}:{' '}
      {issue.message}
      {issue.hint !== '' && <div class="quiet">{issue.hint}</div>}
    </li>
  );
}
