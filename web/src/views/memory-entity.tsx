import type { MemoryEntity, MemoryRelation } from '@questline/core';
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { call, type MemoryDesk } from '../app/memory-desk.ts';
import { href } from '../app/route.ts';
import { Icon } from '../parts/icons.tsx';

/** Does something with memory; what goes wrong is said on the screen. Whether it went well. */
export type Attempt = (what: () => Promise<unknown>) => Promise<boolean>;

interface Asked {
  label: string;
  name: string;
  hints?: readonly string[];
  optional?: true;
}

interface AskProps {
  fields: readonly Asked[];
  word: string;
  take: (words: Record<string, string>) => Promise<boolean>;
  focus?: true; // somebody asked for these fields
}

/** Fields in a row and a button. The words stay where they are when they are not taken. */
export function Ask({ fields, word, take, focus }: AskProps): JSX.Element {
  const id = useId();
  const own = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (focus === true) own.current?.querySelector('input')?.focus();
  }, []);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const words = Object.fromEntries(fields.map(({ name }) => [name, String(new FormData(form).get(name) ?? '').trim()]));
    if (await take(words)) {
      form.reset();
      form.querySelector('input')?.focus();
    }
  };
  return (
    <form class="put" ref={own} onSubmit={(event) => void submit(event)}>
      {fields.map(({ label, name, hints, optional }) => (
        <label key={name}>
          {label}
          <input name={name} class="field" autocomplete="off" required={optional !== true} pattern=".*\S.*" list={hints === undefined ? undefined : `${id}${name}`} />
          {hints !== undefined && (
            <datalist id={`${id}${name}`}>
              {hints.map((hint) => (
                <option key={hint} value={hint} />
              ))}
            </datalist>
          )}
        </label>
      ))}
      <button class="btn" type="submit">
        <Icon name="plus" />
        {word}
      </button>
    </form>
  );
}

function Removable({ what, remove, children }: { what: string; remove: () => void; children: ComponentChildren }): JSX.Element {
  return (
    <li>
      <div>{children}</div>
      <button class="btn quiet icon s" type="button" aria-label={`Forget: ${what}`} title="Forget" onClick={remove}>
        <Icon name="cross" />
      </button>
    </li>
  );
}

const inWords = ({ from, relationType, to }: MemoryRelation): string => `${from} ${relationType} ${to}`;

/** Relations as sentences; the names of entities lead to them. */
export function Relations({ relations, names, self, remove }: { relations: readonly MemoryRelation[]; names: ReadonlySet<string>; self: string | null; remove: (relation: MemoryRelation) => void }): JSX.Element {
  const end = (name: string): JSX.Element => (name !== self && names.has(name) ? <a href={href({ screen: 'memory', name })}>{name}</a> : <b>{name}</b>);
  return (
    <ul class="said" aria-label="Relations">
      {relations.map((relation) => (
        <Removable key={inWords(relation)} what={inWords(relation)} remove={() => remove(relation)}>
          {end(relation.from)} <span class="how">{relation.relationType}</span> {end(relation.to)}
        </Removable>
      ))}
    </ul>
  );
}

interface EntityProps {
  desk: MemoryDesk;
  found: { entity: MemoryEntity; relations: MemoryRelation[] };
  names: ReadonlySet<string>;
  hints: readonly string[];
  attempt: Attempt;
  gone: () => void;
}

/** One entity: what is known of it, and how it stands to others. */
export function Entity({ desk, found, names, hints, attempt, gone }: EntityProps): JSX.Element {
  const { entity, relations } = found;
  const { name, entityType, observations } = entity;
  const heading = useRef<HTMLHeadingElement>(null);
  const [lost, setLost] = useState(0); // how often the button that had the focus went
  useEffect(() => {
    if (lost > 0) heading.current?.focus();
  }, [lost]);
  const forget = (what: () => Promise<void>): void => void attempt(what).then((ok) => ok && setLost((n) => n + 1));
  return (
    <section class="panel one" aria-label={name}>
      <div class="panel-h">
        <h2 ref={heading} tabIndex={-1}>
          {name}
        </h2>
        <span class="tag">{entityType}</span>
      </div>
      <div class="in">
        <h3>Observations</h3>
        {observations.length === 0 && <p class="muted">Nothing is known of it yet.</p>}
        <ul class="said" aria-label="Observations">
          {observations.map((observation) => (
            <Removable key={observation} what={observation} remove={() => forget(() => desk.removeObservation(entity, observation))}>
              {observation}
            </Removable>
          ))}
        </ul>
        <Ask key={`o${name}`} word="Add" fields={[{ label: 'Another observation', name: 'observation' }]} take={({ observation }) => attempt(() => desk.make([call('add_observations', { observations: [{ entityName: name, contents: [observation ?? ''] }] })]))} />
        <h3>Relations</h3>
        {relations.length === 0 && <p class="muted">It stands alone.</p>}
        <Relations relations={relations} names={names} self={name} remove={(relation) => forget(() => desk.removeRelation(relation))} />
        <Ask
          key={`r${name}`}
          word="Relate"
          fields={[
            { label: 'How it stands', name: 'how' },
            { label: 'To what', name: 'to', hints },
          ]}
          take={({ how, to }) => attempt(() => desk.make([call('create_relations', { relations: [{ from: name, relationType: how ?? '', to: to ?? '' }] })]))}
        />
        <button class="btn stop" type="button" onClick={() => void attempt(() => desk.remove(name)).then((ok) => ok && gone())}>
          <Icon name="trash" />
          Forget all of it
        </button>
      </div>
    </section>
  );
}
