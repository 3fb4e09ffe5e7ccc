import { duration } from '../../pipeline/measures.js';
import type { DayFigures, Figures } from '../figures.js';

interface ChartsProps {
  readonly days: readonly DayFigures[];
  readonly all: Figures;
}

/** Of a chart, in pixels. Its width is that of the page: places across are in percent. */
const HEIGHT = 96;

/** How often runs pass and how long they take, day by day; the table says the same in numbers. */
export function Charts({ days, all }: ChartsProps) {
  const runs = all.passed + all.failed;
  if (runs === 0) return <p class="quiet">No run has passed or failed in the last 30 days.</p>;
  return (
    <>
      <div class="charts">
        <figure>
          <figcaption>
            <strong>{Math.round((100 * all.passed) / runs)} %</strong> passed: {all.passed} of {runs}
          </figcaption>
          <Outcomes days={days} />
        </figure>
        <figure>
          <figcaption>
            {all.p50 === undefined ? (
              'None of them ran'
            ) : (
              <>
                half of them within <strong>{duration(all.p50)}</strong>, 95 of 100 within{' '}
                {duration(all.p95 ?? all.p50)}
              </>
            )}
          </figcaption>
          <Durations days={days} />
        </figure>
      </div>
      <details class="numbers">
        <summary>The same in numbers</summary>
        <Numbers days={days} />
      </details>
    </>
  );
}

function Outcomes({ days }: Pick<ChartsProps, 'days'>) {
  const most = Math.max(1, ...days.map(({ passed, failed }) => passed + failed));
  return (
    <svg class="chart" width="100%" height={HEIGHT} role="img" aria-label="Runs by day, passed below failed">
      {days.map(({ day, passed, failed }, index) => {
        const high = (HEIGHT * passed) / most;
        const low = (HEIGHT * failed) / most;
        return (
          <g>
            <title>{`${day}: ${passed} passed, ${failed} failed`}</title>
            <rect class="passed" {...column(index, days.length)} y={HEIGHT - high} height={high} />
            <rect class="failed" {...column(index, days.length)} y={HEIGHT - high - low} height={low} />
          </g>
        );
      })}
    </svg>
  );
}

/** From what half of the runs took to what 95 of 100 did not exceed. */
function Durations({ days }: Pick<ChartsProps, 'days'>) {
  const longest = Math.max(1, ...days.map(({ p95 }) => p95 ?? 0));
  const y = (ms: number): number => HEIGHT - 4 - ((HEIGHT - 8) * ms) / longest;
  return (
    <svg class="chart" width="100%" height={HEIGHT} role="img" aria-label="Duration by day, p50 to p95">
      {days.map(({ day, p50, p95 }, index) =>
        p50 === undefined || p95 === undefined ? null : (
          <g>
            <title>{`${day}: p50 ${duration(p50)}, p95 ${duration(p95)}`}</title>
            <rect
              class="range"
              {...column(index, days.length)}
              y={y(p95)}
              height={Math.max(2, y(p50) - y(p95))}
            />
            <rect class="middle" {...column(index, days.length)} y={y(p50) - 1.5} height={3} />
          </g>
        ),
      )}
    </svg>
  );
}

/** A day's place, with a gap beside it. */
function column(index: number, days: number): { readonly x: string; readonly width: string } {
  const each = 100 / days;
  const width = Math.min(each * 0.8, 8);
  return { x: `${(each * index + (each - width) / 2).toFixed(2)}%`, width: `${width.toFixed(2)}%` };
}

function Numbers({ days }: Pick<ChartsProps, 'days'>) {
  const told = days.filter(({ passed, failed }) => passed + failed > 0).toReversed();
  return (
    <table class="figures">
      <thead>
        <tr>
          <th scope="col">Day</th>
          <th scope="col">Passed</th>
          <th scope="col">Failed</th>
          <th scope="col">p50</th>
          <th scope="col">p95</th>
        </tr>
      </thead>
      <tbody>
        {told.map(({ day, passed, failed, p50, p95 }) => (
          <tr>
            <td class="number">{day}</td>
            <td class="number">{passed}</td>
            <td class="number">{failed}</td>
            <td class="number">{p50 === undefined ? '' : duration(p50)}</td>
            <td class="number">{p95 === undefined ? '' : duration(p95)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
