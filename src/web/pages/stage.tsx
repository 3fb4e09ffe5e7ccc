import { count } from '../../pipeline/measures.js';
import { stageReason } from '../../pipeline/wording.js';
import { ASSETS, clientModules } from '../assets.js';
import { Layout } from './layout.js';
import { RepositoryLink } from './source.js';
import { Facts, Left } from './stage-facts.js';
import { StageLog } from './stage-log.js';
import type { StageProps } from './stage-props.js';
import { StateOfStage } from './state.js';

export function StagePage(props: StageProps) {
  const { frame, view, stage, state } = props;
  const { repository } = view;
  const reason = stageReason(state, stage.waitsFor);
  return (
    <Layout
      title={`${stage.id} · ${repository.owner}/${repository.name} · Cyclone`}
      frame={frame}
      now={props.now}
      modules={['log.js']}
      styles={[ASSETS.logStyle.name]}
    >
      {clientModules('log').map((name) => (
        <link rel="modulepreload" href={frame.addresses.asset(name)} />
      ))}
      <div class="stage-head" data-part="head">
        <nav class="crumbs" aria-label="Where this is">
          <RepositoryLink repository={repository} /> /{' '}
          <a href={frame.addresses.run(view.id, repository.private)}>run {view.id}</a> / {stage.id}
        </nav>
        <h1>{stage.id}</h1>
        <p class="outcome">
          <StateOfStage state={state} />
          {reason !== '' && ` · ${reason}`}
        </p>
        <Cause {...props} />
        <ul class="stage-links">
          <Left {...props} />
          <Buttons {...props} />
        </ul>
        <Facts {...props} />
      </div>
      <StageLog {...props} />
    </Layout>
  );
}

/** So much is read before the log begins. */
const QUOTED_LINES = 6;

function Cause({ cause, difference }: StageProps) {
  if (!cause) return null;
  const lines = cause.text.split('\n');
  const more = lines.length - QUOTED_LINES;
  return (
    <figure class="cause">
      <figcaption>
        Probable cause, <a href={`#L${cause.line}`}>line {cause.line}</a>
        {difference !== undefined && (
          <>
            {' · '}
            <a href={difference}>what is different from when it passed</a>
          </>
        )}
      </figcaption>
      <blockquote>
        <pre>{lines.slice(0, QUOTED_LINES).join('\n')}</pre>
        {more > 0 && <span class="quiet">and {count(more, 'line')} more</span>}
      </blockquote>
    </figure>
  );
}

function Buttons({ frame: { addresses, viewer }, view, stage, state, mayAct = false }: StageProps) {
  if (!mayAct || !viewer) return null;
  const isOver = state.status === 'completed';
  // What they do is allowed by who presses them, not by the address.
  const action = isOver
    ? `${addresses.stage(view.id, stage.id, false)}/rerun`
    : `${addresses.run(view.id, false)}/cancel`;
  return (
    <li>
      <form method="post" action={action}>
        <input type="hidden" name="csrf" value={viewer.csrf} />
        <button>{isOver ? 'Re-run' : 'Cancel the run'}</button>
      </form>
    </li>
  );
}
