/** Values shorter than this would shred a log: they are masked only as whole words. */
export const SHORT_BYTES = 4;

/** Longer values are masked line by line and piece by piece, without encodings: memory stays bounded. */
const LONG_BYTES = 16 * 1024;

/** `base64` of coreutils breaks lines here. */
const BASE64_COLUMNS = 76;

/** What to look for, as bytes: `anywhere` in the log, `words` only between bytes that are no word's. */
export interface MaskForms {
  readonly anywhere: readonly Buffer[];
  readonly words: readonly Buffer[];
}

/** All ways in which the secrets may be printed. */
export function maskForms(secrets: readonly string[]): MaskForms {
  const anywhere = new Map<string, Buffer>();
  const words = new Map<string, Buffer>();
  for (const secret of secrets) {
    for (const form of formsOf(secret)) {
      if (form.length === 0) continue;
      (form.length < SHORT_BYTES ? words : anywhere).set(form.toString('latin1'), form);
    }
  }
  return { anywhere: [...anywhere.values()], words: [...words.values()] };
}

function formsOf(given: string): readonly Buffer[] {
  // Through UTF-8 and back: half a surrogate pair would make encodeURIComponent throw.
  const whole = Buffer.from(given).toString().trim();
  const lines = whole.split(/\r?\n/).map((line) => line.trim());
  // A short line of a long value (`}`, `END`) is no secret by itself.
  const raw = lines.length === 1 ? [whole] : lines.filter(isLong);
  const bytes = Buffer.from(whole);
  if (bytes.length > LONG_BYTES) return raw.flatMap((line) => inPieces(Buffer.from(line)));
  if (bytes.length < SHORT_BYTES) return [bytes];
  const encoded = [whole, whole.replaceAll('\r\n', '\n')].flatMap((value) => [
    value,
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(value),
    encodeURIComponent(value).replaceAll('%20', '+'),
    new URLSearchParams({ v: value }).toString().slice('v='.length),
    ...shellForms(value),
  ]);
  return [
    ...[...raw, ...encoded].map((form) => Buffer.from(form)),
    ...base64Forms(bytes),
    ...lines.filter(isLong).flatMap((line) => base64Forms(Buffer.from(line))),
  ];
}

/** As shells print it under `set -x` and for `export -p`: dash and busybox, bash, and in double quotes. */
function shellForms(value: string): readonly string[] {
  return [
    value.replaceAll("'", `'"'"'`),
    value.replaceAll("'", String.raw`'\''`),
    value.replaceAll(/["$`\\]/g, String.raw`\$&`),
    // `$'…'`, where there are line breaks.
    JSON.stringify(value).slice(1, -1).replaceAll(String.raw`\"`, '"').replaceAll("'", String.raw`\'`),
  ];
}

/**
 * Base64 of the value wherever it stands in what is encoded: three alignments, cut to the characters
 * that depend on the value alone; in both alphabets; and wrapped, where the value comes first.
 */
function base64Forms(value: Buffer): readonly Buffer[] {
  const forms = [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), value]).toString('base64');
    return encoded.slice(Math.ceil((before * 8) / 6), Math.floor(((before + value.length) * 8) / 6));
  });
  const first = forms[0] ?? '';
  const wrapped = first.length > BASE64_COLUMNS ? (first.match(/.{1,76}/g) ?? []) : [];
  return [...forms, ...wrapped]
    .filter(isLong)
    .flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')])
    .map((form) => Buffer.from(form));
}

function inPieces(value: Buffer): readonly Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < value.length; at += LONG_BYTES) pieces.push(value.subarray(at, at + LONG_BYTES));
  return pieces.filter((piece) => piece.length >= SHORT_BYTES);
}

function isLong(text: string): boolean {
  return Buffer.byteLength(text) >= SHORT_BYTES;
}
