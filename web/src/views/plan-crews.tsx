import type { Schedule } from '@questline/core';
import type { JSX } from 'preact';
import { minutes } from '../app/plan-words.ts';

/** How long it takes with so many at work at once. */
export function Crews({ schedule }: { schedule: Schedule }): JSX.Element {
  const longest = Math.max(1, ...schedule.crews.map((crew) => crew.minutes));
  return (
    <section class="panel crews" aria-label="How long it takes">
      <div class="panel-h">
        <h2>How long it takes</h2>
        <span class="end num">{minutes(schedule.work)} of work</span>
      </div>
      <table class="num">
        <tbody>
          {schedule.crews.map((crew) => (
            <tr key={crew.at_once}>
              <th scope="row">{crew.at_once} at once</th>
              <td class="bar-cell">
                <i style={{ width: `${(100 * crew.minutes) / longest}%` }} />
              </td>
              <td>
                <b>{minutes(crew.minutes)}</b> <small>{crew.shortest ? 'the shortest there is' : `it cannot be below ${minutes(crew.bound)}`}</small>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
