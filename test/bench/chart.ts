import { numberText } from './document.js';
import { goalText, meetsGoal, type Row, ratioOf, ratioText } from './report.js';

const WIDTH = 940;
/** As wide as the longest. */
const NAMES = 510;
const ROW = 26;
const TOP = 46;
/** What is many times over its goal would make all other bars a line. */
const MOST = 2;
const SCALE = (WIDTH - NAMES - 70) / MOST;

/** Every figure as a bar: its length is the part of its goal that it takes. An SVG for light and dark pages. */
export function goalChart(title: string, rows: readonly Row[]): string {
  const height = TOP + rows.length * ROW + 12;
  const goal = NAMES + SCALE;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="title what">
<title id="title">${escaped(title)}</title>
<desc id="what">${escaped(rows.map(described).join('; '))}</desc>
<style>
text { font: 12px system-ui, sans-serif; fill: #24292f }
.met { fill: #1a7f37 } .over { fill: #bc4c00 } .goal { stroke: #57606a; stroke-dasharray: 4 3 }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 } .met { fill: #3fb950 } .over { fill: #f0883e } .goal { stroke: #8d96a0 }
}
</style>
<text x="${goal}" y="24" text-anchor="middle">goal</text>
<line class="goal" x1="${goal}" x2="${goal}" y1="32" y2="${height - 8}"/>
${rows.map(bar).join('\n')}
</svg>
`;
}

function bar(row: Row, index: number): string {
  const part = partOf(row);
  const y = TOP + index * ROW;
  const length = Math.max(2, Math.min(part, MOST) * SCALE);
  const at = NAMES + length + 6;
  return `<text x="${NAMES - 10}" y="${y + 12}" text-anchor="end">${escaped(row.name)}</text>
<rect class="${meetsGoal(row) ? 'met' : 'over'}" x="${NAMES}" y="${y}" width="${length.toFixed(1)}" height="16" rx="3"/>
<text x="${at.toFixed(1)}" y="${y + 12}">${escaped(valueText(row))}</text>`;
}

/** 1: exactly its goal. */
function partOf(row: Row): number {
  const { of, atMost } = row.goal;
  return (of === 'ratio' ? ratioOf(row) : row.ours[of]) / atMost;
}

function valueText(row: Row): string {
  const { goal, ours, unit = 'ms' } = row;
  return goal.of === 'ratio' ? ratioText(row) : `${numberText(ours[goal.of])} ${unit}`;
}

function described(row: Row): string {
  return `${row.name}: ${valueText(row)}, goal ${goalText(row)}`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
