import type { Issue } from '../pipeline/model.js';

/**
 * An issue as a workflow command, which GitHub shows as an annotation of the file:
 * https://docs.github.com/actions/reference/workflow-commands-for-github-actions
 */
export function issueCommand(path: string, issue: Issue): string {
  const { code, severity, message, hint, line, column, endLine, endColumn } = issue;
  const properties: [string, string | number | undefined][] = [
    ['file', path],
    ['line', line],
    ['endLine', endLine],
    ['col', column],
    // GitHub takes columns of one line only.
    ['endColumn', endLine === line ? endColumn : undefined],
    ['title', code],
  ];
  const given = properties
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${inProperty(String(value))}`);
  return `::${severity} ${given.join(',')}::${inMessage(`${message}: ${hint}`)}`;
}

function inMessage(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function inProperty(text: string): string {
  return inMessage(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
