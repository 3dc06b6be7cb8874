import type { PlanCost, Schedule } from '@questline/core';
import type { JSX } from 'preact';
import { minutes, money, tokens } from '../app/plan-words.ts';
import { list } from '../app/words.ts';
import { Name } from '../parts/parts.tsx';

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

/** What each agent will read and write, and what that costs at the prices the core knows. */
export function Costs({ cost, chosen }: { cost: PlanCost; chosen: boolean }): JSX.Element {
  return (
    <section class="panel crews" aria-label="What it costs">
      <div class="panel-h">
        <h2>What it costs</h2>
        <span class="end">{chosen ? 'with the models chosen here; a rehearsal and people cost nothing' : 'with the models that the files name; a rehearsal costs nothing'}</span>
      </div>
      <table class="num">
        <thead>
          <tr>
            <th scope="col">Agent</th>
            <th scope="col">Reads</th>
            <th scope="col">Writes</th>
            <th scope="col">Cost</th>
          </tr>
        </thead>
        <tbody>
          {cost.agents.map((agent) => (
            <tr key={agent.agent}>
              <th scope="row">
                <Name id={agent.agent} /> {agent.model !== undefined ? <small>{agent.model}</small> : chosen && <small>no model</small>}
              </th>
              <td>
                <span class="unreal">{tokens(agent.input)}</span>
              </td>
              <td>
                <span class="unreal">{tokens(agent.output)}</span>
              </td>
              <td>{agent.micro === undefined ? <span class="muted">price not known</span> : <span class="unreal">{money(agent.micro)}</span>}
                {agent.fallback !== undefined && (
                  <small class="else">
                    {agent.dearest === undefined ? `or that of ${agent.fallback}, not known` : agent.dearest > (agent.micro ?? 0) ? `up to ${money(agent.dearest)} with ${agent.fallback}` : `no more with ${agent.fallback}`}
                  </small>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {cost.unknown.length > 0 && (
        <p class="muted pad">
          The sum leaves out {list(cost.unknown.map(({ agent, model }) => (model === undefined ? agent : `${agent} (${model})`)))}: {cost.unknown.length === 1 ? 'its price is' : 'their prices are'} not known.
        </p>
      )}
    </section>
  );
}
