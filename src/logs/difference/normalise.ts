/** A longer line is compared by its beginning. */
const COMPARED_CHARACTERS = 1000;

const MONTH = '(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*';
const DAY = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*';
const CLOCK = String.raw`\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d+)?(?: ?[AaPp][Mm])?`;
const ZONE = String.raw`(?: ?(?:Z|UTC|GMT|CES?T|[A-Z]{2}T|[+-]\d{2}:?\d{2}))?`;
const AFTER = String.raw`(?![\w])`;
const BEFORE = String.raw`(?<![\w.])`;
const NUMBER = String.raw`\d+(?:[.,]\d+){0,4}`;
const UNIT = '(?:ns|µs|us|ms|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|days?)';
const SIZE = '(?:[kKMGT]i?B(?:ytes)?|[kKMGT]bit|bytes?|B|[kMG])';

/** What differs between two runs that do the same, in this order: what holds others comes before them. */
const VARIABLE: readonly (readonly [pattern: RegExp, name: string])[] = [
  // temporary paths, whatever is in their names
  [/(?:\/private)?\/(?:var\/)?(?:tmp|folders)\/[^\s:;,'")\]}>]+/gu, '<temp>'],
  [/\btmp[._-][\w.-]+|\btmp(?=\w*\d)\w{6,}/gu, '<temp>'],
  // dates with their times
  [new RegExp(String.raw`${BEFORE}\d{4}-\d{2}-\d{2}(?:[T ]${CLOCK}${ZONE})?${AFTER}`, 'gu'), '<date>'],
  [new RegExp(String.raw`${BEFORE}\d{4}/\d{2}/\d{2}(?:[T ]${CLOCK}${ZONE})?${AFTER}`, 'gu'), '<date>'],
  [
    new RegExp(
      String.raw`${BEFORE}\d{1,2}[/-](?:\d{1,2}|${MONTH})[/-]\d{4}(?:[: ]${CLOCK}${ZONE})?${AFTER}`,
      'gu',
    ),
    '<date>',
  ],
  [
    new RegExp(String.raw`(?:\b${DAY},? +)?\b\d{1,2} ${MONTH} \d{4}(?: ${CLOCK}${ZONE})?${AFTER}`, 'gu'),
    '<date>',
  ],
  [
    new RegExp(
      String.raw`(?:\b${DAY},? +)?\b${MONTH} +\d{1,2},?(?: \d{4})?(?: ${CLOCK}${ZONE})?(?: \d{4})?${AFTER}`,
      'gu',
    ),
    '<date>',
  ],
  [
    new RegExp(
      String.raw`${BEFORE}(?<!:)\d{1,2}:\d{2}:\d{2}(?:[.,]\d+)?(?: ?[AaPp][Mm])?${ZONE}(?![\w:])`,
      'gu',
    ),
    '<time>',
  ],
  [/(?<![\w.])1[5-9]\d{8}(?:\d{3}|\.\d+)?(?![\w.])/gu, '<time>'],
  // names that are made up anew
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/giu, '<id>'],
  [/\bsha(?:1|256|384|512)[:-][\w+/=]{12,}/giu, '<hash>'],
  [/\b[0-9a-f]{64}\b|\b[0-9a-f]{40}\b|\b[0-9a-f]{32}\b/giu, '<hash>'],
  [/\b(HEAD is now at|commit|revision|rev)([ :=])[0-9a-f]{7,40}\b/giu, '$1$2<hash>'],
  [/\b[0-9a-f]{7,40}(\.{2,3})[0-9a-f]{7,40}\b/gu, '<hash>$1<hash>'],
  [/\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,40}\b/gu, '<hash>'],
  [/\b0x[0-9a-f]{4,}\b/giu, '<address>'],
  // addresses
  [
    /(?<![\w.])(?:(?:127|10)\.\d+|192\.168|172\.(?:1[6-9]|2\d|3[01]))\.\d+\.\d+(?::\d{2,5})?(?![\w.])/gu,
    '<address>',
  ],
  [/(?<=\b(?:localhost|0\.0\.0\.0)|\[::1?\]|(?<![:\w])::):\d{2,5}\b/gu, ':<port>'],
  [/(?<=\bport[ :=]+)\d{2,5}\b/giu, '<port>'],
  // numbers of processes
  [/(?<=\b(?:pid|process|goroutine|thread|worker pid|job)[ :=#]+)\d+\b/giu, '<n>'],
  [/([\w.-])\[\d+\](?=:)/gu, '$1[<n>]'],
  [/(?<=^==)\d+(?===)/gu, '<n>'],
  [/(?<=\bseed[ :=]+)\d+\b/giu, '<n>'],
  // how fast, how long, how large, how far
  [new RegExp(String.raw`${BEFORE}${NUMBER} ?${SIZE}(?:/s(?:ec)?|ps)?${AFTER}`, 'gu'), '<size>'],
  [
    new RegExp(String.raw`${BEFORE}${NUMBER} ?${UNIT}${AFTER}(?: ${NUMBER} ?${UNIT}${AFTER})*`, 'gu'),
    '<duration>',
  ],
  [new RegExp(String.raw`${BEFORE}(?:\d+(?:\.\d+)?(?:h|m|ms|s))+${AFTER}`, 'gu'), '<duration>'],
  [new RegExp(String.raw`${BEFORE}${NUMBER} ?%`, 'gu'), '<percent>'],
  [/(?<=^#\d+ )\d+\.\d+(?= )/gu, '<time>'],
  [/\[[=#>. -]{6,}\]|[█▓▒░━╸╺]{4,}/gu, '<bar>'],
];

/** Lines without these have nothing that changes by itself. */
const MAY_VARY = /\d|[0-9a-f]{32}|\/tmp\/|\/var\/|tmp[._-]|\[[=#>. -]{6,}\]|[█▓▒░━╸╺]{4,}/iu;

/**
 * A line without what differs from run to run: times, durations, hashes, sizes, percentages, temporary paths,
 * numbers of processes and ports. Of what it gives, it gives the same again.
 */
export function normalise(line: string): string {
  let text = line.slice(0, COMPARED_CHARACTERS).trimEnd();
  while (MAY_VARY.test(text)) {
    const next = VARIABLE.reduce((rest, [pattern, name]) => rest.replace(pattern, name), text).trimEnd();
    // What was taken away can join what stood beside it.
    if (next === text) return next;
    text = next;
  }
  return text;
}
