type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** The values that are there: `{ net: undefined }` is `{}`, so that a plan has no empty keys. */
export function given<T extends object>(values: T): Given<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Given<T>;
}
