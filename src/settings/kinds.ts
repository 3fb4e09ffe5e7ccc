import { z } from 'zod';

/** A name of the environment, and what is wrong with its value: the first finding of each counts. */
export type Problems = Map<string, string>;

export function say(problems: Problems, name: string, words: string): void {
  if (!problems.has(name)) {
    problems.set(name, words);
  }
}

export const NEW_SECRET = 'make one with: openssl rand -hex 32';

export const text = z.string().trim().optional();
export const wholeNumber = (least: number, most: number) => {
  const words = `is not a whole number from ${String(least)} to ${String(most)}`;
  return z.coerce.number(words).int(words).min(least, words).max(most, words);
};
export const oneOf = <const T extends readonly string[]>(...values: T) =>
  z.enum(values, `is not one of ${values.join(', ')}`);
/** As caicloud.yml takes them, but for fractions. */
export const size = z
  .string()
  .regex(/^[1-9]\d{0,5}[KMGT]i$/, 'is not a size such as 512Mi or 20Gi')
  .transform((text) => Number.parseInt(text, 10) * 1024 ** (1 + 'KMGT'.indexOf(text.at(-2) ?? '')));
/** … or `off`, and so is 0: null, for a default takes the place of undefined. */
export const sizeOrOff = z.union([z.enum(['off', '0']).transform(() => null), size], {
  error: 'is not a size such as 512Mi or 20Gi, or off',
});
const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 24 * 3600 };
export const duration = z
  .string()
  .regex(/^\d{1,7}[smhd]?$/, 'is not a time such as 24h, 30m, or a number of seconds')
  .transform((text) => Number.parseInt(text, 10) * (SECONDS[text.at(-1) ?? ''] ?? 1));
export const address = z.url({
  protocol: /^https?$/,
  error: 'is not an address such as https://cyclone.example.com',
});
