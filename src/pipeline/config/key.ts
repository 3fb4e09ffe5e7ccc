/** The shapes that a value can have; the readers of forms.ts and values.ts read each of them. */
export type Form =
  | 'text'
  | 'flag'
  | 'bytes'
  /** A list of strings. */
  | 'texts'
  /** A string or a list of strings. */
  | 'text-or-texts'
  /** A string, split like a POSIX shell does, or a list of strings. */
  | 'words'
  /** A list of `K=V`, or a map. */
  | 'environment'
  | 'map'
  /** A list of maps, or a single one. */
  | 'maps'
  | ValueForm;

/** The shapes that v0.2 did not have; values.ts reads them. */
export type ValueForm =
  /** `90s`, `30m`, `2h`, `1h30m`, or seconds. */
  | 'duration'
  /** `512Mi`, `1G`, or bytes. */
  | 'size'
  /** A number above 0. */
  | 'number'
  /** A whole number from 0. */
  | 'count'
  /** A whole number, or a list of them. */
  | 'counts'
  /** A number, or a map of `keys` whose `max` is that number. */
  | 'count-or-map'
  /** One of `values`. */
  | 'choice'
  /** One or several of `values`. */
  | 'choices'
  /** One or several patterns of names. */
  | 'globs'
  /** One or several patterns of paths in the workspace. */
  | 'path-globs'
  /** The same, or absolute paths of a container. */
  | 'cache-paths'
  | 'path'
  /** One or several names of secrets. */
  | 'secrets';

export interface Key {
  readonly form: Form;
  /** One line for people. */
  readonly about: string;
  /** The name in Cyclone's predecessor, still in real files. */
  readonly oldName?: string;
  /** What other tools call it: no distance of letters finds these. */
  readonly elsewhere?: readonly string[];
  /** Unknown to Cyclone v0.2: what stands below it is read strictly. */
  readonly ours?: true;
  /** Of the map that is the value, or of each map in the list. */
  readonly keys?: KeyTable;
  /** The map's names are the file's own, and each value is a map of these keys. */
  readonly each?: KeyTable;
  /** What a choice may be. */
  readonly values?: readonly string[];
  /** A pattern that one of `values` matches is as good. */
  readonly globs?: true;
  readonly required?: true;
  /** An empty list is a mistake: nothing would match it. */
  readonly some?: true;
}

export type KeyTable = Readonly<Record<string, Key>>;
