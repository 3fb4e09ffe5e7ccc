import { goalText, meetsGoal, type Row, ratioText } from './report.js';
import type { Group, Result } from './result.js';

const BEGIN = '<!-- figures: written by script/bench --write -->';
const END = '<!-- end of figures -->';

/** The document with the figures of `result` in place of those that it had. @throws Error when it has no place for them */
export function withFigures(document: string, result: Result): string {
  const begin = document.indexOf(BEGIN);
  const end = document.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`the document has no "${BEGIN}" … "${END}"`);
  return `${document.slice(0, begin + BEGIN.length)}\n\n${figures(result)}\n${document.slice(end)}`;
}

function figures({ groups }: Result): string {
  return groups.map(section).join('\n');
}

function section(group: Group): string {
  const head = ['figure', 'p50', 'p95', 'beside', 'p50', 'ratio', 'goal', 'met'];
  const rows = group.rows.map(cellsOf);
  return [
    `### ${group.name}`,
    '',
    ...[head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`),
    '',
    `${machineText(group)}.`,
    '',
  ].join('\n');
}

function cellsOf(row: Row): readonly string[] {
  const { name, ours, reference, note, unit = 'ms' } = row;
  const value = (number: number): string => `${numberText(number)} ${unit}`;
  return [
    note === undefined ? name : `${name} (${note})`,
    value(ours.p50),
    value(ours.p95),
    reference.name,
    value(reference.sample.p50),
    ratioText(row),
    goalText(row),
    meetsGoal(row) ? 'yes' : '**no**',
  ].map((cell) => cell.replaceAll('|', '\\|').replaceAll('<', '&lt;'));
}

/** As many digits as say something. */
export function numberText(number: number): string {
  if (number >= 100) return Math.round(number).toString();
  return number >= 10 ? number.toFixed(1) : number.toFixed(2);
}

function machineText({ at, commit, machine }: Group): string {
  const { cores, cpu, memory, system, node, engine } = machine;
  return [
    `${at.slice(0, 10)}${commit === undefined ? '' : `, commit ${commit}`}`,
    `${cores} cores (${cpu})`,
    `${memory} GiB`,
    system,
    `Node ${node}`,
    ...(engine === undefined ? [] : [`Docker ${engine}`]),
  ].join(' · ');
}
