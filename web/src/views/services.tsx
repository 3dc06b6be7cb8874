import { CoreError, type PlanProblem, type ServiceForm } from '@questline/core';
import type { JSX } from 'preact';
import { useEffect, useId, useMemo, useRef, useState } from 'preact/hooks';
import type { App } from '../app/app.ts';
import type { KeptServices, ServiceList as List, ServiceRow as Row } from '../app/decision-desk.ts';
import { inWords } from '../app/logs.ts';
import { Icon } from '../parts/icons.tsx';

interface Column {
  key: string;
  head: string;
  of?: 'service'; // names of the services are offered
  many?: true; // separated by commas
}

const TABLES: readonly { list: List; title: string; one: string; columns: readonly Column[] }[] = [
  {
    list: 'services',
    title: 'Services',
    one: 'Service',
    columns: [
      { key: 'name', head: 'Service' },
      { key: 'responsibility', head: 'Responsible for' },
      { key: 'owns', head: 'Owns, by commas', many: true },
      { key: 'team', head: 'Team' },
    ],
  },
  {
    list: 'communication',
    title: 'Communication',
    one: 'Connection',
    columns: [
      { key: 'from', head: 'From', of: 'service' },
      { key: 'to', head: 'To', of: 'service' },
      { key: 'style', head: 'Style' },
      { key: 'contract', head: 'Contract' },
    ],
  },
  {
    list: 'consistency',
    title: 'Consistency',
    one: 'Data',
    columns: [
      { key: 'data', head: 'Data' },
      { key: 'model', head: 'Model' },
      { key: 'owner', head: 'Owner', of: 'service' },
    ],
  },
  {
    list: 'deployment',
    title: 'Deployment',
    one: 'Release',
    columns: [
      { key: 'service', head: 'Service', of: 'service' },
      { key: 'strategy', head: 'Strategy' },
      { key: 'rollback', head: 'Way back' },
    ],
  },
];

const BLANK: KeptServices = { title: '', rows: { services: [{}], communication: [], consistency: [], deployment: [] } };

/** The form as the core takes it; rows and cells in which nothing stands are not said. */
function formOf({ title, rows }: KeptServices): ServiceForm {
  const lists = TABLES.map(({ list, columns }) => {
    const said = rows[list].flatMap((row) => {
      const cells = columns.flatMap(({ key, many }): [string, unknown][] => {
        const words = (row[key] ?? '').trim();
        if (words === '') return [];
        return [[key, many === true ? words.split(',').map((word) => word.trim()).filter((word) => word !== '') : words]];
      });
      return cells.length === 0 ? [] : [Object.fromEntries(cells)];
    });
    return [list, said] as const;
  });
  return { title: title.trim(), ...Object.fromEntries(lists) } as unknown as ServiceForm;
}

type Checked = { problems: readonly PlanProblem[] } | { says: string };

function check(app: App, form: ServiceForm): Checked {
  try {
    return { problems: app.core.checkServices(form) };
  } catch (error) {
    if (!(error instanceof CoreError)) throw error;
    return { says: inWords(error) };
  }
}

function Findings({ checked, empty }: { checked: Checked; empty: boolean }): JSX.Element {
  if (empty) return <p class="pad muted">What does not fit together stands here as soon as there is a service.</p>;
  if ('says' in checked)
    return (
      <p class="refused">
        <Icon name="fail" tone="c-fail" />
        <span>{checked.says}</span>
      </p>
    );
  return (
    <ul class="flips" aria-label="What does not fit together">
      {checked.problems.map((problem) => (
        <li key={problem.code + problem.message}>
          <Icon name={problem.severity === 'error' ? 'fail' : 'warn'} tone={problem.severity === 'error' ? 'c-fail' : 'c-warn'} />
          <span>{problem.message}</span>
        </li>
      ))}
      {checked.problems.length === 0 && (
        <li>
          <Icon name="check" tone="c-pass" />
          <span>It fits together: each service has one place, an owner for its data, and a way out.</span>
        </li>
      )}
    </ul>
  );
}

/** Where services begin and end: who owns which data, who talks to whom, how it stays consistent and is released. */
export function Services({ app }: { app: App }): JSX.Element {
  const [kept, setKept] = useState<KeptServices>(BLANK);
  const [note, setNote] = useState<string | null>(null);
  const touched = useRef(false);
  const latest = useRef(kept); // two changes may come before the page shows the first
  const names = useId();
  useEffect(() => {
    void app.storage.setting('services').then(
      (found) => {
        if (found === undefined || touched.current) return;
        latest.current = found;
        setKept(found);
      },
      () => setNote('This browser stores nothing here: save the form as a file.'),
    );
  }, []);
  const put = (next: KeptServices): void => {
    touched.current = true;
    latest.current = next;
    setKept(next);
    app.storage.putSetting('services', next).catch(() => setNote('This change is not stored. Save the form as a file.'));
  };
  const putRows = (list: List, change: (rows: readonly Row[]) => readonly Row[]): void => {
    const { current } = latest;
    put({ ...current, rows: { ...current.rows, [list]: change(current.rows[list]) } });
  };
  const form = useMemo(() => formOf(kept), [kept]);
  const checked = useMemo(() => check(app, form), [form]);
  const save = (): void => {
    try {
      app.download('services.md', app.core.writeServices(form));
      setNote(null);
    } catch (error) {
      setNote(inWords(error));
    }
  };
  return (
    <>
      <div>
        <div class="obj">
          <span class="eyebrow">Service boundaries</span>
          <h1>
            <input aria-label="Which architecture it is" placeholder="Which architecture it is" value={kept.title} onInput={(event) => put({ ...latest.current, title: event.currentTarget.value })} />
          </h1>
        </div>
        <datalist id={names}>
          {form.services.flatMap(({ name }) => (name === undefined ? [] : [<option key={name} value={name} />]))}
        </datalist>
        {TABLES.map(({ list, title, one, columns }) => {
          const rows = kept.rows[list];
          return (
            <section class="panel" key={list} aria-label={title}>
              <div class="panel-h">
                <h2>{title}</h2>
                <span class="end num">{rows.length}</span>
              </div>
              {rows.length > 0 && (
                <div class="wide" role="region" aria-label={`${title}, scrolls sideways`} tabIndex={0}>
                  <table class="cells">
                    <thead>
                      <tr>
                        {columns.map(({ key, head }) => (
                          <th scope="col" key={key}>
                            {head}
                          </th>
                        ))}
                        <th scope="col" aria-label="Take out" />
                      </tr>
                    </thead>
                    <tbody>
                      {rows.map((row, at) => (
                        <tr key={at}>
                          {columns.map(({ key, head, of }) => (
                            <td key={key}>
                              <input
                                aria-label={`${title} ${at + 1}, ${head}`}
                                list={of === 'service' ? names : undefined}
                                value={row[key] ?? ''}
                                autocomplete="off"
                                onInput={({ currentTarget: { value } }) => putRows(list, (now) => now.map((other, i) => (i === at ? { ...other, [key]: value } : other)))}
                              />
                            </td>
                          ))}
                          <td>
                            <button class="btn quiet icon s" type="button" aria-label={`Take out row ${at + 1} of ${title}`} onClick={() => putRows(list, (now) => now.filter((_, i) => i !== at))}>
                              <Icon name="cross" />
                            </button>
                          </td>
                        </tr>
                      ))}
                    </tbody>
                  </table>
                </div>
              )}
              <div class="acts">
                <button class="btn s" type="button" onClick={() => putRows(list, (now) => [...now, {}])}>
                  <Icon name="plus" />
                  {one}
                </button>
              </div>
            </section>
          );
        })}
        {note !== null && (
          <p class="refused" role="alert">
            <Icon name="info" tone="c-info" />
            <span>{note}</span>
          </p>
        )}
        <div class="acts">
          <button class="btn primary" type="button" onClick={save}>
            Save as Markdown
          </button>
          <button class="btn quiet" type="button" onClick={() => put(BLANK)}>
            Start over
          </button>
        </div>
      </div>
      <section class="panel" aria-label="Whether it fits together" aria-live="polite">
        <div class="panel-h">
          <h2>Whether it fits together</h2>
        </div>
        <Findings checked={checked} empty={form.services.length === 0} />
      </section>
    </>
  );
}
