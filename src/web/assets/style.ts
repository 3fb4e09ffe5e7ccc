/** The one style sheet. A module, because the build is the compiler alone: it copies no other files. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #ffffff; --panel: #f5f6f8; --line: #d9dde3; --text: #1c2128; --quiet: #59636e; --link: #0b57d0;
  --passed: #1a7f37; --failed: #c3222d; --running: #8a5a00; --waiting: #59636e; --skipped: #59636e;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0f1216; --panel: #181c22; --line: #2f353d; --text: #e3e7ec; --quiet: #9aa4af; --link: #7fb0ff;
    --passed: #4fc16b; --failed: #ff7b72; --running: #e0a93b; --waiting: #9aa4af; --skipped: #9aa4af;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--text);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif;
}
a { color: var(--link); text-underline-offset: 2px; }
a:hover { text-decoration-thickness: 2px; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
.skip-link { position: absolute; left: -999px; }
.skip-link:focus { left: 8px; top: 8px; background: var(--page); padding: 4px 8px; }
header, main, footer { max-width: 1080px; margin: 0 auto; padding: 0 16px; }
header { display: flex; gap: 8px; align-items: center; padding-block: 12px; border-bottom: 1px solid var(--line); }
header a { color: inherit; font-weight: 600; text-decoration: none; display: flex; gap: 8px; align-items: center; }
header .viewer { margin-left: auto; font-weight: 400; }
form.viewer { display: flex; gap: 12px; align-items: center; min-width: 0; }
form.viewer span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
header a.viewer { color: var(--link); text-decoration: underline; }
button {
  font: inherit; font-size: 13px; color: var(--text); background: var(--panel); cursor: pointer; white-space: nowrap;
  border: 1px solid var(--line); border-radius: 6px; padding: 3px 10px;
}
button:hover { border-color: var(--quiet); }
.said { margin: 16px 0 0; padding: 8px 12px; background: var(--panel); border-left: 3px solid var(--link); }
footer { padding-block: 24px; color: var(--quiet); font-size: 13px; }
h1 { font-size: 22px; line-height: 1.3; margin: 20px 0 4px; overflow-wrap: anywhere; }
h2 { font-size: 16px; margin: 28px 0 8px; }
p { margin: 4px 0 12px; overflow-wrap: anywhere; }
code, pre { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; font-size: 13px; }
.number { font-variant-numeric: tabular-nums; white-space: nowrap; }
.quiet { color: var(--quiet); }
.state { white-space: nowrap; font-weight: 600; }
.state-passed { color: var(--passed); }
.state-failed { color: var(--failed); }
.state-running { color: var(--running); }
.state-waiting { color: var(--waiting); }
.state-skipped { color: var(--skipped); }
.mark { display: inline-block; width: 1.3em; }
nav.crumbs { margin-top: 16px; font-size: 13px; color: var(--quiet); overflow-wrap: anywhere; }
dl.facts { display: grid; grid-template-columns: max-content 1fr; gap: 2px 16px; margin: 12px 0; }
dl.facts dt { color: var(--quiet); }
dl.facts dd { margin: 0; min-width: 0; overflow-wrap: anywhere; }
table { width: 100%; border-collapse: collapse; }
table + table { margin-top: 20px; }
th { text-align: left; font-weight: 600; color: var(--quiet); font-size: 13px; }
th, td { padding: 7px 12px 7px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td.wide { width: 100%; overflow-wrap: anywhere; min-width: 0; }
td.right, th.right { text-align: right; padding-right: 0; }
h3 { font-size: 13px; font-weight: 600; color: var(--quiet); margin: 16px 0 2px; }
ul.stages { list-style: none; padding: 0; margin: 0; }
ul.stages > li { border-bottom: 1px solid var(--line); }
ul.stages > li:last-child { border-bottom: 0; }
ul.cells { margin-left: 1.3em; border-top: 1px solid var(--line); }
.stage { display: grid; grid-template-columns: 8.5em minmax(0, 1fr) auto; gap: 0 12px; padding: 7px 0; }
.stage .wide { overflow-wrap: anywhere; }
.stage .wide .quiet { display: block; }
.stage .quote { display: block; margin-top: 2px; padding-left: 8px; border-left: 3px solid var(--failed); }
.stage .quote:not(:hover) { text-decoration: none; color: inherit; }
summary.stage { cursor: pointer; list-style: none; }
summary.stage::-webkit-details-marker { display: none; }
summary.stage .wide::before { content: "▸ "; color: var(--quiet); }
details[open] > summary.stage .wide::before { content: "▾ "; }
ul.issues { list-style: none; padding: 0; margin: 0; }
ul.issues li { border-left: 3px solid var(--running); padding: 2px 0 2px 10px; margin: 0 0 8px; overflow-wrap: anywhere; }
ul.issues li.error { border-left-color: var(--failed); }
ul.notes { margin: 0; padding-left: 18px; overflow-wrap: anywhere; }
.log-head { display: flex; flex-wrap: wrap; gap: 4px 16px; align-items: baseline; justify-content: space-between; }
pre.log {
  margin: 0; padding: 12px; background: var(--panel); border: 1px solid var(--line); border-radius: 6px;
  line-height: 1.45; white-space: pre-wrap; overflow-wrap: anywhere; tab-size: 4; min-height: 3em;
}
.pager { display: flex; gap: 16px; margin-top: 16px; }
@media (max-width: 640px) {
  table, tbody, tr, td { display: block; }
  thead { position: absolute; left: -9999px; }
  tr { padding: 8px 0; border-bottom: 1px solid var(--line); }
  td, td.right { border: 0; padding: 1px 0; text-align: left; }
  td.right { display: inline-block; margin-right: 16px; }
  td:empty { display: none; }
  .stage { grid-template-columns: minmax(0, 1fr) auto; }
  .stage .wide { grid-row: 2; grid-column: 1 / -1; }
}
@media (prefers-reduced-motion: no-preference) {
  .state-running .mark { animation: breathe 2s ease-in-out infinite; }
  @keyframes breathe { 50% { opacity: 0.35; } }
}
`;
