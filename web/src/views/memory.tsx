import './memory.css';
import type { MemoryEntity } from '@questline/core';
import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { App } from '../app/app.ts';
import { inWords } from '../app/logs.ts';
import { call, type MemoryDesk } from '../app/memory-desk.ts';
import type { AppState } from '../app/model.ts';
import { href } from '../app/route.ts';
import { count } from '../app/words.ts';
import { bytesOf, filesOf, type Found, pick } from '../ports/files.ts';
import { Icon } from '../parts/icons.tsx';
import { useMemory } from '../parts/memory.ts';
import { Blank } from '../parts/parts.tsx';
import { Ask, type Attempt, Entity, Relations } from './memory-entity.tsx';

const ACCEPT = '.jsonl,.ndjson,.json,.txt';
const SHOWN = 100; // entities of the list before somebody asks for more
const TYPES = ['module', 'decision', 'baseline', 'refactoring', 'agent', 'flag', 'pattern', 'antipattern'];
const SETTLES = 'status: completed'; // as the core's own list of what is pending has it

/** What waits until somebody says it is done, or that it does not matter. */
function Pending({ flags, desk, attempt }: { flags: readonly MemoryEntity[]; desk: MemoryDesk; attempt: Attempt }): JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null);
  const settling = useRef(false); // the button that has the focus goes: it moves to what stays
  useEffect(() => {
    if (settling.current) heading.current?.focus();
    settling.current = false;
  }, [flags]);
  useEffect(
    () => () => {
      if (settling.current) document.getElementById('memory-search')?.focus();
    },
    [],
  );
  const settle = async (what: () => Promise<unknown>): Promise<void> => {
    settling.current = true;
    if (!(await attempt(what))) settling.current = false;
  };
  return (
    <section class="panel waits" aria-label="Pending flags">
      <div class="panel-h">
        <h2 ref={heading} tabIndex={-1}>
          Pending
        </h2>
        <span class="end num">{count(flags.length, 'flag')}</span>
      </div>
      <ul class="flags">
        {flags.map((flag) => (
          <li key={flag.name}>
            <Icon name="warn" tone="c-warn" />
            <div>
              <a href={href({ screen: 'memory', name: flag.name })}>{flag.name}</a>
              {flag.observations.map((words) => (
                <p key={words}>{words}</p>
              ))}
            </div>
            <div class="acts">
              <button class="btn s" type="button" aria-label={`Accept ${flag.name}`} title={`Adds “${SETTLES}”`} onClick={() => void settle(() => desk.make([call('add_observations', { observations: [{ entityName: flag.name, contents: [SETTLES] }] })]))}>
                <Icon name="check" />
                Accept
              </button>
              <button class="btn quiet s" type="button" aria-label={`Discard ${flag.name}`} title="Forgets the flag" onClick={() => void settle(() => desk.remove(flag.name))}>
                <Icon name="trash" />
                Discard
              </button>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

function List({ entities, open, query }: { entities: readonly MemoryEntity[]; open: string | null; query: string }): JSX.Element {
  const [most, setMost] = useState(SHOWN);
  useEffect(() => setMost(SHOWN), [query]);
  if (entities.length === 0) return <p class="nothing">{query.trim() === '' ? 'There are no entities yet.' : 'Nothing holds these words.'}</p>;
  return (
    <>
      <ul class="entities" aria-label="Entities">
        {entities.slice(0, most).map(({ name, entityType, observations }) => (
          <li key={name}>
            <a href={href({ screen: 'memory', name })} aria-current={name === open ? 'true' : undefined}>
              <span class="top">
                <b>{name}</b> <span class="tag">{entityType}</span>
              </span>
              {observations[0] !== undefined && (
                <small>
                  {observations[0]}
                  {observations.length > 1 && <i> and {observations.length - 1} more</i>}
                </small>
              )}
            </a>
          </li>
        ))}
      </ul>
      {entities.length > most && (
        <button class="btn quiet" type="button" onClick={() => setMost(most * 4)}>
          {count(entities.length - most, 'more is', 'more are')} not shown: show more
        </button>
      )}
    </>
  );
}

/** What is worth keeping over quests, in this browser. */
export function MemoryScreen({ app, name }: { state: AppState; app: App; name: string | null }): JSX.Element {
  const desk = useMemory(app);
  const [query, setQuery] = useState('');
  const [adding, setAdding] = useState(false);
  const [failed, setFailed] = useState<string | null>(null);
  const { lines, broken } = desk;
  const all = useMemo(() => (lines === null ? null : desk.all()), [lines]);
  const entities = useMemo(() => (all === null || query.trim() === '' ? (all?.entities ?? []) : desk.search(query)), [all, query]);
  const names = useMemo(() => new Set(all?.entities.map((entity) => entity.name)), [all]);
  const pending = useMemo(() => (lines === null ? [] : desk.pending()), [lines]);
  const found = useMemo(() => (lines === null || name === null ? null : desk.entity(name)), [lines, name]);

  const attempt: Attempt = async (what) => {
    try {
      await what();
      setFailed(null);
      return true;
    } catch (error) {
      setFailed(inWords(error));
      return false;
    }
  };
  const take = (files: Promise<Found[]>): Promise<boolean> =>
    attempt(async () => {
      const chosen = await bytesOf(await files);
      if (chosen.length > 0) await desk.takeOver(chosen);
    });
  useEffect(() => {
    const dropped = (event: DragEvent): void => {
      if (event.dataTransfer !== null) void take(filesOf(event.dataTransfer));
    };
    addEventListener('drop', dropped);
    return () => removeEventListener('drop', dropped);
  });
  const add = ({ name: called = '', type = '', observation = '' }: Record<string, string>): Promise<boolean> =>
    attempt(async () => {
      const made = await desk.make([call('create_entities', { entities: [{ name: called, entityType: type, observations: observation === '' ? [] : [observation] }] })]);
      if (!made) throw new Error(`“${called}” is known already.`);
      setAdding(false);
      app.go({ screen: 'memory', name: called });
    });

  const alert = (failed ?? broken) !== null && (
    <p class="bad" role="alert">
      <Icon name="fail" />
      <span>{failed ?? broken}</span>
    </p>
  );
  const some = (all?.entities.length ?? 0) + (all?.relations.length ?? 0) > 0;
  const acts = (
    <>
      <button class="btn" type="button" onClick={() => void take(pick('files', ACCEPT))}>
        <Icon name="drop" />
        Import a file
      </button>
      {some && (
        <button class="btn" type="button" onClick={() => app.download('memory.jsonl', desk.file())}>
          <Icon name="file" />
          Export
        </button>
      )}
      <button class="btn" type="button" aria-expanded={adding} onClick={() => setAdding(!adding)}>
        <Icon name="plus" />
        Remember something
      </button>
    </>
  );
  const form = adding && (
    <section class="panel" aria-label="Remember something">
      <div class="in">
        <Ask
          word="Remember"
          focus
          fields={[
            { label: 'Name', name: 'name' },
            { label: 'Type', name: 'type', hints: [...new Set([...TYPES, ...(all?.entities.slice(0, 500).map((one) => one.entityType) ?? [])])] },
            { label: 'What is known of it', name: 'observation', optional: true },
          ]}
          take={add}
        />
      </div>
    </section>
  );

  if (all === null) {
    return (
      <main class="screen-memory" id="main" aria-busy={broken === null}>
        {alert || (
          <p class="boot" role="status">
            Reading the memory of this browser.
          </p>
        )}
      </main>
    );
  }
  if (!some) {
    return (
      <main class="screen-memory" id="main">
        {alert}
        <Blank icon="note" title="Nothing is remembered yet" acts={acts}>
          What is worth keeping over quests: decisions, modules, flags, and what finished quests taught. It stays in this browser, and nothing is saved unless you say so. Drop the file of an MCP memory server, write something down, or open a finished
          quest and choose “Learn from this quest”.
        </Blank>
        {form}
      </main>
    );
  }
  const loose = all.relations.filter(({ from, to }) => !names.has(from) && !names.has(to));
  const hints = [...names].slice(0, 500);
  return (
    <main class={`screen-memory ${name === null ? '' : 'opened'}`} id="main">
      <div class="top">
        <div>
          <h1>Memory</h1>
          <p>
            {count(all.entities.length, 'entity', 'entities')}, {count(all.relations.length, 'relation')}, in this browser
          </p>
        </div>
        <div class="end">
          {acts}
        </div>
      </div>
      {alert}
      {form}
      {pending.length > 0 && <Pending flags={pending} desk={desk} attempt={attempt} />}
      <div class="cols">
        <section class="panel all" aria-label="All that is remembered">
          <div class="seek">
            <label for="memory-search" class="vh">
              Search the memory
            </label>
            <Icon name="search" />
            <input id="memory-search" class="field" type="search" autocomplete="off" placeholder="Search" value={query} onInput={(event) => setQuery(event.currentTarget.value)} />
            <span class="vh" role="status">
              {query.trim() === '' ? '' : `${count(entities.length, 'entity', 'entities')} found`}
            </span>
          </div>
          <List entities={entities} open={name} query={query} />
        </section>
        {name !== null && (
          <div class="opens">
            <a class="btn quiet s back" href={href({ screen: 'memory', name: null })}>
              <Icon name="prev" />
              All of memory
            </a>
            {found === null ? (
              <section class="panel">
                <p class="nothing">There is no entity of the name “{name}”.</p>
              </section>
            ) : (
              <Entity key={name} desk={desk} found={found} names={names} hints={hints} attempt={attempt} gone={() => app.go({ screen: 'memory', name: null })} />
            )}
          </div>
        )}
        {name === null && loose.length > 0 && (
          <section class="panel" aria-label="Relations between names without an entity">
            <div class="panel-h">
              <h2>Between names that nothing is known of</h2>
            </div>
            <div class="in">
              <Relations relations={loose.slice(0, SHOWN)} names={names} self={null} remove={(relation) => void attempt(() => desk.removeRelation(relation))} />
            </div>
          </section>
        )}
      </div>
    </main>
  );
}
