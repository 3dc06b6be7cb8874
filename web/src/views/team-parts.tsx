import type { JSX } from 'preact';
import type { App } from '../app/app.ts';
import type { AppState } from '../app/model.ts';
import { Icon } from '../parts/icons.tsx';
import { fromPicker } from '../ports/files.ts';

/** Who leads: any agent may, those that say so in their file come first. */
export function LeaderPick({ state, app }: { state: AppState; app: App }): JSX.Element {
  const agents = [...state.team.roster.agents].sort((a, b) => Number(b.leads) - Number(a.leads));
  return (
    <select class="leader-pick" aria-label="Coordinator" value={state.leader} onChange={(event) => app.desk.pickLeader(event.currentTarget.value)}>
      {agents.map((agent) => (
        <option key={agent.id} value={agent.id}>
          {agent.id}
        </option>
      ))}
    </select>
  );
}

const pick = (app: App, kind: 'files' | 'folder') => (): void => {
  void fromPicker(kind).then((received) => app.receive(received));
};

export function DropZone({ app, sample }: { app: App; sample: boolean }): JSX.Element {
  return (
    <div class="drop">
      <b>
        <Icon name="drop" />
        {sample ? 'Bring your own team' : 'Add to the team'}
      </b>
      Drop a folder or agent files anywhere on this page. Faults are shown, never fatal.
      <div class="row">
        <button class="btn s" type="button" onClick={pick(app, 'folder')}>
          Choose a folder
        </button>
        <button class="btn s" type="button" onClick={pick(app, 'files')}>
          Choose files
        </button>
        <button class="btn s" type="button" onClick={() => app.desk.newFile()}>
          Write one
        </button>
        {!sample && (
          <button class="btn s" type="button" onClick={() => app.desk.useSample()}>
            Use the sample
          </button>
        )}
      </div>
    </div>
  );
}
