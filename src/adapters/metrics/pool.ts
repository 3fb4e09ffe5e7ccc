import { Gauge, type Registry } from 'prom-client';

/** What a pool of armed containers says of itself. */
export interface PoolGauges {
  readonly armed: number;
  readonly hits: number;
  readonly misses: number;
}

/** Read when the metrics are asked for. */
export function watchPool(registry: Registry, read: () => PoolGauges): void {
  const armed: Gauge = new Gauge({
    name: 'cyclone_pool_armed',
    help: 'Containers that wait for the first stages of jobs.',
    registers: [registry],
    collect: () => armed.set(read().armed),
  });
  // Counts of the worker's own: a counter of the library would have to be told of each.
  const begun: Gauge<'container'> = new Gauge({
    name: 'cyclone_pool_first_stages',
    help: 'First stages that a pool could serve, since the start: "armed" had a waiting container, "cold" made one.',
    labelNames: ['container'],
    registers: [registry],
    collect() {
      const { hits, misses } = read();
      begun.set({ container: 'armed' }, hits);
      begun.set({ container: 'cold' }, misses);
    },
  });
}
