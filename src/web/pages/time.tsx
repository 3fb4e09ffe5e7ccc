import { duration } from '../../pipeline/measures.js';
import { ago } from '../words.js';

/** How long ago; the exact time on hover and for machines. */
export function Ago({ at, now }: { readonly at: number; readonly now: number }) {
  const iso = new Date(at).toISOString();
  return (
    <time datetime={iso} title={iso.replace('T', ' ').replace(/\.\d+Z$/, ' UTC')} class="number">
      {ago(now - at)}
    </time>
  );
}

export function Duration({ ms }: { readonly ms: number | undefined }) {
  return ms === undefined ? null : <span class="number">{duration(ms)}</span>;
}
