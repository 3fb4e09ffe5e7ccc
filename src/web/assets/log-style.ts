/** The style sheet of pages with the viewer of logs. A row is as high as the viewer counts: 20 px. */
export const LOG_STYLE = `
:root {
  --map-seen: rgb(11 87 208 / 0.16); --map-hit: #b58900; --hit: #ffe08a; --hit-text: #1c2128; --selected: #fff4d1;
  --c0: #24292f; --c1: #b3202b; --c2: #116329; --c3: #7a4b00; --c4: #0a58c4; --c5: #8330b0; --c6: #0e6570; --c7: #59636e;
  --c8: #57606a; --c9: #a40e26; --c10: #15692f; --c11: #6d4400; --c12: #0b57d0; --c13: #8a28a8; --c14: #125e6a; --c15: #24292f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --map-seen: rgb(127 176 255 / 0.22); --map-hit: #e3b341; --hit: #6b5200; --hit-text: #ffffff; --selected: #332b12;
    --c0: #8b949e; --c1: #ff7b72; --c2: #57c96f; --c3: #e0a93b; --c4: #7fb0ff; --c5: #d7a1ff; --c6: #56d4dd; --c7: #c4ccd4;
    --c8: #9aa4af; --c9: #ffa198; --c10: #7ee787; --c11: #f2cc60; --c12: #a5c8ff; --c13: #e2bbff; --c14: #8be9ee; --c15: #ffffff;
  }
}
body:has(.log-section) { min-height: 100dvh; display: flex; flex-direction: column; }
body:has(.log-section) > :is(header, main, footer) { width: 100%; }
body:has(.log-section) > :is(header, main, footer) { max-width: 1600px; }
body:has(.log-section) > footer { padding-block: 8px; }
main:has(.log-section) { flex: 1; display: flex; flex-direction: column; }
.log-section { flex: 1; display: flex; flex-direction: column; min-width: 0; }
.log-section h2 { margin: 12px 0 6px; }
.stage-head h1 { margin-top: 8px; }
.stage-head .outcome { margin-bottom: 6px; }
.stage-links { list-style: none; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: 4px 16px; align-items: center; }
.stage-links li { margin-bottom: 6px; }
.stage-facts { display: flex; flex-wrap: wrap; gap: 2px 16px; }
.stage-facts > span { min-width: 0; overflow-wrap: anywhere; }
.stage-facts > details[open] { flex-basis: 100%; }
.stage-facts summary { cursor: pointer; color: var(--quiet); }
.stage-facts dl.facts { margin: 4px 0; }
figure.cause { margin: 0 0 8px; border-left: 3px solid var(--failed); padding: 2px 0 2px 12px; }
figure.cause figcaption { font-size: 13px; color: var(--quiet); }
figure.cause blockquote { margin: 0; }
figure.cause pre { margin: 2px 0 0; white-space: pre-wrap; overflow-wrap: anywhere; }

.log-place { position: relative; flex: 1 0 max(360px, 55dvh); display: flex; flex-direction: column; min-width: 0; }
/* Until the viewer is there its text must not be higher than the viewer will be: nothing below jumps. */
@media (scripting: enabled) {
  .log-place:not(.is-taken) pre.log { position: absolute; inset: 0; overflow: hidden; white-space: pre; }
  .log-place:not(.is-taken) .log-cut { display: none; }
}
.log-tabpanel { flex: 1; display: flex; min-width: 0; }
.log-panel {
  flex: 1; display: flex; flex-direction: column; min-width: 0;
  border: 1px solid var(--line); border-radius: 6px; background: var(--panel); overflow: hidden;
}
.log-bar {
  display: flex; flex-wrap: wrap; gap: 6px 12px; align-items: center; padding: 6px 8px;
  border-bottom: 1px solid var(--line); background: var(--page); font-size: 13px;
}
.log-bar > span, .log-tabs { display: flex; gap: 4px; align-items: center; flex-wrap: wrap; }
.log-bar [hidden], .log-tabs[hidden], .log-follow[hidden] { display: none; }
.log-buttons { margin-left: auto; }
.log-bar :is(button, .log-raw), .log-tabs button, .log-help button {
  font: inherit; font-size: 13px; line-height: 20px; padding: 2px 8px; border: 1px solid var(--line); border-radius: 5px;
  background: var(--panel); color: var(--text); cursor: pointer; text-decoration: none;
}
.log-bar :is(button, .log-raw):hover, .log-tabs button:hover { border-color: var(--quiet); }
.log-bar button[aria-pressed=true], .log-tabs button[aria-pressed=true] { border-color: var(--link); color: var(--link); }
.log-bar input {
  font: inherit; line-height: 20px; padding: 2px 8px; width: 15em; min-width: 0; border: 1px solid var(--line);
  border-radius: 5px; background: var(--page); color: var(--text);
}
.log-found { color: var(--quiet); font-variant-numeric: tabular-nums; min-width: 4em; }
.log-tabs { padding-bottom: 6px; }
.log-body { position: relative; flex: 1; min-height: 0; }
.log-scroller {
  position: absolute; inset: 0 16px 0 0; overflow: auto; overflow-anchor: none; overscroll-behavior: contain;
  font: 12.5px/20px ui-monospace, "SF Mono", Menlo, Consolas, monospace; tab-size: 4;
}
.log-scroller:focus-visible { outline-offset: -2px; }
.log-spacer { position: relative; width: max-content; min-width: 100%; min-height: 100%; }
.log-layer { position: sticky; top: 0; overflow-y: clip; }
.log-rows { width: max-content; min-width: 100%; }
.log-row { display: flex; height: 20px; white-space: pre; width: max-content; min-width: 100%; contain: layout style; }
.wrapped :is(.log-spacer, .log-rows, .log-row) { width: 100%; }
.wrapped .log-row { height: auto; min-height: 20px; white-space: pre-wrap; overflow-wrap: anywhere; }
.log-number {
  position: sticky; left: 0; z-index: 1; flex: none; min-width: 5.5em; padding-right: 1em; text-align: right;
  background: var(--panel); user-select: none;
}
.log-number a { color: var(--quiet); text-decoration: none; font-variant-numeric: tabular-nums; display: block; }
.log-number a::before { content: attr(data-number); }
.log-number a:hover { color: var(--link); text-decoration: underline; }
.log-time { flex: none; color: var(--quiet); padding-right: 1em; min-width: 7em; user-select: none; font-variant-numeric: tabular-nums; }
.log-text { flex: 1; min-width: 0; padding-right: 12px; }
.log-lasted {
  position: sticky; right: 0; flex: none; padding: 0 8px 0 12px; background: inherit; user-select: none;
  font-variant-numeric: tabular-nums; color: var(--quiet);
}
.log-row.heading { background: var(--page); font-weight: 600; box-shadow: inset 0 1px 0 var(--line); }
.log-row.heading .log-number { background: var(--page); font-weight: 400; }
.log-row.heading .log-lasted { box-shadow: inset 0 1px 0 var(--line); }
.log-row.heading :is(.log-time, .log-lasted) { font-weight: 400; }
.log-row.failed .log-text, .log-lasted.state-failed [role=img] { color: var(--failed); }
.log-lasted.state-passed [role=img] { color: var(--passed); }
.log-lasted.state-running [role=img] { color: var(--running); }
.log-row.cyclone .log-text { color: var(--quiet); font-style: italic; }
.log-row.stderr .log-number { box-shadow: inset -2px 0 0 var(--running); }
.log-row.error .log-number a { color: var(--failed); }
.log-row.cause, .log-row.cause .log-number { background: color-mix(in srgb, var(--failed) 12%, var(--panel)); }
.log-row.current, .log-row.current .log-number { background: color-mix(in srgb, var(--link) 14%, var(--panel)); }
.log-row.selected, .log-row.selected .log-number { background: var(--selected); }
.log-row :is(.fold, .overwritten) {
  font: inherit; height: 20px; border: 0; padding: 0 4px; margin: 0 2px 0 0; background: none; color: var(--quiet);
  cursor: pointer; user-select: none;
}
.log-row span.fold { display: inline-block; vertical-align: top; }
.log-row .fold { width: 1.6em; }
.log-row .overwritten { text-decoration: underline dotted; }
.log-row :is(.fold, .overwritten, a):focus-visible { outline-offset: -2px; }
.log-row .sign { color: var(--quiet); user-select: none; }
.log-row mark { background: var(--hit); color: var(--hit-text); border-radius: 2px; }
.sgr-bold { font-weight: 700; }
.sgr-dim { opacity: 0.8; }
.sgr-italic { font-style: italic; }
.sgr-underline { text-decoration: underline; }
.sgr-strike { text-decoration: line-through; }
.sgr-underline.sgr-strike { text-decoration: underline line-through; }
.fg-own { color: var(--own); }
@supports (color: oklch(from red l c h)) {
  .fg-own { color: oklch(from var(--own) min(l, 0.52) c h); }
  @media (prefers-color-scheme: dark) { .fg-own { color: oklch(from var(--own) max(l, 0.7) c h); } }
}
.fg-page { color: var(--panel); }
.bg-text { background: var(--text); }
${Array.from({ length: 16 }, (_, index) => `.fg-${index} { color: var(--c${index}); } .bg-${index} { background: var(--c${index}); color: var(--page); }`).join('\n')}
.log-map {
  position: absolute; inset: 0 0 0 auto; width: 16px; border-left: 1px solid var(--line); background: var(--page);
  cursor: pointer; touch-action: none;
}
.log-map:focus-visible { outline-offset: -2px; }
.log-map canvas { display: block; width: 100%; height: 100%; }
.log-follow {
  position: absolute; right: 40px; bottom: 20px; font: inherit; font-size: 13px; padding: 4px 12px; cursor: pointer;
  border: 1px solid var(--link); border-radius: 14px; background: var(--page); color: var(--link);
}
.log-said { position: fixed; left: 50%; bottom: 16px; transform: translateX(-50%); }
.log-said:not(:empty) { padding: 6px 14px; border-radius: 6px; background: var(--text); color: var(--page); font-size: 13px; }
.log-help { border: 1px solid var(--line); border-radius: 8px; background: var(--page); color: var(--text); max-width: min(32em, 92vw); }
.log-help::backdrop { background: rgb(0 0 0 / 0.4); }
.log-help h2 { margin: 0 0 8px; }
.log-keys { display: grid; grid-template-columns: max-content 1fr; gap: 4px 16px; margin: 0 0 12px; }
.log-keys dd { margin: 0; }
kbd { font: 12px/18px ui-monospace, Menlo, Consolas, monospace; border: 1px solid var(--line); border-radius: 4px; padding: 0 5px; }
@media (max-width: 640px) {
  .log-place { flex-basis: max(420px, 75dvh); }
  .log-search { flex: 1 1 100%; }
  .log-bar input { flex: 1; width: auto; }
  .log-buttons { margin-left: 0; }
  .log-buttons [data-command=help] { display: none; }
  .log-number { min-width: 4em; padding-right: 0.6em; }
}
`;
