import { createHash } from 'node:crypto';

import type { Room, WebApp, WebContext } from './context.js';
import type { RunMention } from './ports.js';
import { isSignedBadge } from './signature.js';

/** GitHub's image proxy keeps what may be kept; a badge that is a minute old is still of use. */
const KEPT_SECONDS = 60;
const LONGEST_BRANCH = 250;

type Word = 'passing' | 'failing' | 'running' | 'unknown';

/** Of white letters on them, each has a contrast of 4.5 and more. */
const COLOURS: Readonly<Record<Word, string>> = {
  passing: '#1a7f37',
  failing: '#c3222d',
  running: '#8a5a00',
  unknown: '#59636e',
};

/** The state of a branch as a picture, for a README. */
export function mountBadge(app: WebApp, room: Room): void {
  app.get('/badge/:owner/:file{.+\\.svg}', async (c) => {
    const svg = drawBadge('cyclone', await wordFor(room, c));
    const etag = `"${createHash('sha256').update(svg).digest('hex').slice(0, 16)}"`;
    const headers = { ETag: etag, 'Cache-Control': `public, max-age=${KEPT_SECONDS}` };
    if (c.req.header('if-none-match') === etag) return c.body(null, 304, headers);
    return c.body(svg, 200, { ...headers, 'Content-Type': 'image/svg+xml; charset=utf-8' });
  });
}

/** Of a private repository without a signature as of one that does not exist. */
async function wordFor(room: Room, c: WebContext): Promise<Word> {
  const name = (c.req.param('file') ?? '').replace(/\.svg$/, '');
  const repository = await room.repositories.byName(c.req.param('owner') ?? '', name);
  if (repository === undefined) return 'unknown';
  if (repository.private) {
    const { signingKey } = room;
    if (signingKey === undefined || !isSignedBadge(signingKey, repository.id, c.req.query('sig'))) {
      return 'unknown';
    }
  }
  const branch = c.req.query('branch') || repository.defaultBranch;
  if (branch.length > LONGEST_BRANCH) return 'unknown';
  return wordOf(await room.history.newest(repository.id, branch));
}

export function wordOf(run: RunMention | undefined): Word {
  if (run === undefined) return 'unknown';
  if (run.status !== 'completed') return 'running';
  if (run.conclusion === 'success') return 'passing';
  return run.conclusion === 'failure' || run.conclusion === 'timed_out' ? 'failing' : 'unknown';
}

/** Hundredths of a letter's height, as Verdana and DejaVu Sans have them; what is not here is as wide as `m`. */
const WIDTHS: Readonly<Record<string, number>> = Object.fromEntries(
  (
    [
      ['ijl', 27],
      [" .,:;'|", 36],
      ['frt', 42],
      ['-()[]/', 45],
      ['csxz', 53],
      ['aekvy0123456789', 61],
      ['bdghnopqu', 63],
      ['w', 82],
      ['m', 97],
    ] as const
  ).flatMap(([letters, width]) => Array.from(letters, (letter) => [letter, width])),
);
const HEIGHT = 11;
const PADDING = 6;

/** `textLength` makes a viewer's font, whichever it is, as wide as was counted with. */
export function drawBadge(label: string, word: Word): string {
  const [left, right] = [label, word].map(textWidth) as [number, number];
  const middle = left + 2 * PADDING;
  const width = middle + right + 2 * PADDING;
  const text = (words: string, x: number, length: number): string =>
    `<text x="${x}" y="14" textLength="${length}" lengthAdjust="spacingAndGlyphs">${escapeXml(words)}</text>`;
  const title = escapeXml(`${label}: ${word}`);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="20" role="img" aria-label="${title}">
<title>${title}</title>
<clipPath id="r"><rect width="${width}" height="20" rx="3"/></clipPath>
<g clip-path="url(#r)"><rect width="${middle}" height="20" fill="#444c56"/><rect x="${middle}" width="${width - middle}" height="20" fill="${COLOURS[word]}"/></g>
<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="${HEIGHT}">${text(label, PADDING, left)}${text(word, middle + PADDING, right)}</g>
</svg>
`;
}

function textWidth(text: string): number {
  const hundredths = Array.from(text).reduce((sum, letter) => sum + (WIDTHS[letter] ?? 97), 0);
  return Math.round((hundredths * HEIGHT) / 100);
}

function escapeXml(text: string): string {
  return text.replace(/[<>&"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
