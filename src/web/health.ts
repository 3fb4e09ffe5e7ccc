import type { WebApp } from './context.js';
import type { Health, Metrics } from './ports.js';

/**
 * `/healthz`: the process answers; whoever watches it restarts it when not. `/readyz`: all that it
 * needs is there; a load balancer sends nobody here when not, and a restart would not help.
 */
export function mountHealth(
  app: WebApp,
  { health, metrics }: { readonly health: Health; readonly metrics: Metrics },
): void {
  app.get('/healthz', (c) => c.json({ ok: true }, 200, { 'Cache-Control': 'no-store' }));
  app.get('/readyz', async (c) => {
    const report = await health.check();
    return c.json(report, report.ok ? 200 : 503, { 'Cache-Control': 'no-store' });
  });
  app.get('/metrics', async (c) => {
    const text = await metrics.text();
    return c.body(text, 200, { 'Content-Type': metrics.contentType, 'Cache-Control': 'no-store' });
  });
}
