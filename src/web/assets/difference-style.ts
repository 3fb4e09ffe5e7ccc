/** Of the page that compares two logs. */
export const DIFFERENCE_STYLE = `
.hunk {
  margin: 0 0 12px; padding: 6px 0; background: var(--panel); border: 1px solid var(--line); border-radius: 6px;
  font-size: 13px; line-height: 1.45;
}
.hunk .line { display: grid; grid-template-columns: 5ch 5ch 2ch minmax(0, 1fr); padding-right: 12px; }
.hunk .place, .hunk .sign { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; text-align: right; }
.hunk .place a { color: var(--quiet); text-decoration: none; }
.hunk .place a:hover, .hunk .place a:focus-visible { text-decoration: underline; }
.hunk .sign { text-align: center; }
.hunk code { white-space: pre-wrap; overflow-wrap: anywhere; tab-size: 4; }
.hunk .added { background: color-mix(in srgb, var(--passed) 14%, transparent); }
.hunk .removed { background: color-mix(in srgb, var(--failed) 14%, transparent); }
.hunk .added .sign { color: var(--passed); }
.hunk .removed .sign { color: var(--failed); }
.hunk .spoken { position: absolute; left: -9999px; }
@media (max-width: 640px) {
  .hunk { font-size: 12px; }
  .hunk code { font-size: 12px; }
  .hunk .line { grid-template-columns: 4ch 4ch 2ch minmax(0, 1fr); padding-right: 6px; }
}
`;
