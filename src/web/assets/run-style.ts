/** Of the pages of runs and repositories. */
export const RUN_STYLE = `
th.right, td.right { padding-left: 12px; }
ul.plain { list-style: none; margin: 0; padding: 0; }
.actions { display: flex; flex-wrap: wrap; gap: 8px; margin: 12px 0; }
.actions form { margin: 0; }
button, select, input {
  font: inherit; color: inherit; background: var(--panel); border: 1px solid var(--quiet); border-radius: 6px;
  padding: 3px 10px; max-width: 100%;
}
button { cursor: pointer; }
button:hover { border-color: var(--text); }

.graph { overflow-x: auto; margin: 8px 0 12px; padding: 4px 0; }
.graph .edge { fill: none; stroke: var(--quiet); stroke-width: 1.5; opacity: 0.7; }
.graph .node rect { fill: var(--panel); stroke: currentColor; stroke-width: 1.5; }
.graph .node:hover rect { stroke-width: 2.5; }
.graph .name { fill: var(--text); font-size: 13px; font-weight: 600; }
.graph .fact { fill: currentColor; font-size: 12px; }
.graph .time { font-variant-numeric: tabular-nums; }
.graph .state-waiting rect, .graph .state-skipped rect { stroke-dasharray: 4 3; }

ul.timeline { list-style: none; margin: 0; padding: 0; }
ul.timeline li {
  display: grid; grid-template-columns: minmax(0, 13em) minmax(0, 1fr) 6.5em; gap: 0 12px; align-items: center;
  padding: 3px 0; font-size: 13px;
}
ul.timeline a { padding-bottom: 2px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.right { text-align: right; }
.bar { display: block; }
.bar .waiting { fill: var(--quiet); opacity: 0.55; }
.bar .starting { fill: currentColor; opacity: 0.45; }
.bar .running { fill: currentColor; }
.bar .finishing { fill: currentColor; opacity: 0.7; }
.bar .telling { fill: var(--quiet); opacity: 0.8; }
.bar .between { fill: currentColor; opacity: 0.2; }
.legend { font-size: 13px; margin-top: 6px; }
.key { display: inline-block; width: 14px; height: 10px; background: var(--quiet); margin-left: 8px; }
.key-waiting { height: 4px; opacity: 0.55; vertical-align: middle; margin-left: 0; }
.key-starting { background: var(--running); opacity: 0.45; }
.key-running { background: var(--running); }
.key-finishing { background: var(--running); opacity: 0.7; }
.key-telling { height: 4px; opacity: 0.8; vertical-align: middle; }
table.phases { font-size: 13px; }
table.phases th, table.phases td { padding: 3px 0 3px 12px; }
table.phases th[scope=rowgroup] { padding: 9px 0 3px; color: var(--text); overflow-wrap: anywhere; }
table.phases td:first-child { overflow-wrap: anywhere; }

form.filter { display: flex; flex-wrap: wrap; gap: 8px 16px; align-items: end; margin: 8px 0 12px; }
form.filter label, label.snippet { font-size: 13px; color: var(--quiet); }
form.filter input, form.filter select, label.snippet input { display: block; color: var(--text); }
form.filter input, form.filter select, form.filter button { box-sizing: border-box; height: 32px; }
label.snippet input { width: 100%; font-family: ui-monospace, monospace; font-size: 13px; }

.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 380px), 1fr)); gap: 8px 40px; }
figure { margin: 8px 0; }
figcaption { margin-bottom: 6px; }
.chart { display: block; border-bottom: 1px solid var(--line); }
.chart .passed { fill: var(--passed); }
.chart .failed { fill: var(--failed); }
.chart .range { fill: var(--quiet); opacity: 0.35; }
.chart .middle { fill: var(--link); }
details.numbers { margin: 4px 0 12px; }
ul.figures { list-style: none; margin: 0; padding: 0; }
ul.figures li {
  display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0 12px; padding: 5px 0;
  border-bottom: 1px solid var(--line);
}
ul.figures .wide { overflow-wrap: anywhere; }
ul.figures .quiet { grid-column: 1 / -1; font-size: 13px; }

@media (max-width: 640px) {
  .graph { display: none; }
  th.right, td.right { padding-left: 0; }
  ul.timeline li { grid-template-columns: minmax(0, 1fr) auto; }
  ul.timeline .bar { grid-row: 2; grid-column: 1 / -1; }
  table.phases tr { display: grid; grid-template-columns: minmax(0, 1fr) 6em 6em; padding: 0; border: 0; }
  table.phases thead { display: block; position: static; }
  table.phases th, table.phases td { display: block; border: 0; }
  table.phases td.right { display: block; margin: 0; text-align: right; }
  table.phases th[scope=rowgroup] { grid-column: 1 / -1; }
  table.figures tr { display: grid; grid-template-columns: 2fr 1fr 1fr 1fr 1fr; }
  table.figures thead { position: static; }
  table.figures th { display: block; padding: 0; border: 0; }
}
`;
