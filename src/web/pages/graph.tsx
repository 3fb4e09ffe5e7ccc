import { count, duration } from '../../pipeline/measures.js';
import { keepStart } from '../../pipeline/wording.js';
import { layOut, NODE, type Point } from '../graph-layout.js';
import type { Addresses } from '../links.js';
import type { RunView } from '../ports.js';
import { nodesOf, type RunNode } from '../run-nodes.js';
import { lasted, shownTogether } from '../words.js';
import { MARKS } from './state.js';

/** Characters that fit into a node beside its mark, in a font of any width. */
const FIT = 22;
/** Room for the outline of what has the focus. */
const MARGIN = 4;

interface GraphProps {
  readonly addresses: Addresses;
  readonly view: RunView;
  readonly now: number;
}

/** The stages as a picture, left to right as the work flows. The list below it says the same and more. */
export function Graph({ addresses, view, now }: GraphProps) {
  const graph = layOut(nodesOf(view));
  if (graph === undefined || graph.edges.length === 0) return null;
  const width = graph.width + 2 * MARGIN;
  const height = graph.height + 2 * MARGIN;
  return (
    <section class="graph" aria-label="Picture of the stages" tabindex={0} data-keep="graph">
      <svg
        width={width}
        height={height}
        viewBox={`${-MARGIN} ${-MARGIN} ${width} ${height}`}
        aria-label="Stages from left to right; the list of stages says the same"
        role="group"
      >
        {graph.edges.map(({ points }) => (
          <path class="edge" d={pathOf(points)} />
        ))}
        {graph.nodes.map(({ node, x, y }) => (
          <Node {...{ addresses, view, now, node, x, y }} />
        ))}
      </svg>
    </section>
  );
}

function Node({ addresses, view, now, node, x, y }: GraphProps & Point & { readonly node: RunNode }) {
  const { name, stages } = node;
  const states = stages.map(({ state }) => state);
  const shown = shownTogether(states);
  const [first] = stages;
  const passed = states.filter((one) => one.status === 'completed' && one.outcome.kind === 'passed').length;
  const longest = Math.max(...states.map((state) => lasted(state, now) ?? -1));
  const running = states.find(({ status }) => status === 'in_progress');
  const cells = stages.length > 1 ? `${passed} of ${stages.length} passed` : shown.word;
  const isAlone = stages.length === 1 && first !== undefined;
  const words = stages.length > 1 ? `${name}, ${count(stages.length, 'cell')}` : name;
  return (
    <a
      href={
        isAlone ? addresses.stage(view.id, first.stage.id, view.repository.private) : `#${cellsAnchor(name)}`
      }
      class={`node state-${shown.tone}`}
      // The list below has the same links for the keyboard.
      tabindex={-1}
    >
      <title>{`${words}: ${shown.word}${longest < 0 ? '' : `, ${duration(longest)}`}`}</title>
      <rect x={x} y={y} width={NODE.width} height={NODE.height} rx="6" />
      <text class="name" x={x + 12} y={y + 19}>
        {keepStart(name, FIT)}
      </text>
      <text class="fact" x={x + 12} y={y + 37}>
        {`${MARKS[shown.tone]} ${cells}`}
      </text>
      {longest >= 0 && (
        <text
          class="fact time"
          x={x + NODE.width - 12}
          y={y + 37}
          text-anchor="end"
          data-since={running?.status === 'in_progress' && isAlone ? running.startedAt : undefined}
        >
          {duration(longest)}
        </text>
      )}
    </a>
  );
}

/** Where the list holds the cells of a matrix. */
export function cellsAnchor(name: string): string {
  return `cells-${encodeURIComponent(name)}`;
}

/** Straight through the columns, in a bend between them. */
function pathOf([first, ...rest]: readonly Point[]): string {
  let last = first ?? { x: 0, y: 0 };
  const steps = rest.map((point) => {
    const middle = (last.x + point.x) / 2;
    const step =
      last.y === point.y ? `H${point.x}` : `C${middle} ${last.y} ${middle} ${point.y} ${point.x} ${point.y}`;
    last = point;
    return step;
  });
  return `M${first?.x ?? 0} ${first?.y ?? 0}${steps.join('')}`;
}
