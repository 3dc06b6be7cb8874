import './memory.css';
import type { MemoryCall, MemoryEntity, MemoryRelation } from '@questline/core';
import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { App } from '../app/app.ts';
import { inWords } from '../app/logs.ts';
import type { Permission } from '../app/memory-desk.ts';
import type { AppState, OpenQuest } from '../app/model.ts';
import { href } from '../app/route.ts';
import { count, list } from '../app/words.ts';
import { Icon } from '../parts/icons.tsx';
import { useMemory } from '../parts/memory.ts';

const KINDS: readonly { type: string; word: string }[] = [
  { type: 'pattern', word: 'What went well' },
  { type: 'antipattern', word: 'What went badly' },
  { type: 'decision', word: 'What was decided' },
  { type: 'quest', word: 'The quest itself' },
  { type: 'agent', word: 'Who took part' },
];

const listIn = <Item,>(calls: readonly MemoryCall[], tool: string, name: string): Item[] => calls.flatMap((one) => (one.tool === tool ? ((one.arguments[name] ?? []) as Item[]) : []));

/** Whoever's file keeps memory only on request, and whether the words so far ask for it. */
function Rules({ permissions, files, words, write }: { permissions: readonly Permission[]; files: AppState['team']['roster']; words: string; write: (words: string) => void }): JSX.Element {
  const refused = permissions.some(({ permit }) => permit.decision === 'refuse');
  return (
    <>
      <ul class="flags" aria-label="What the files say of saving">
        {permissions.map(({ agent, permit }) => {
          const path = files.agents.find(({ id }) => id === agent)?.path;
          return (
            <li key={agent}>
              <Icon name={permit.decision === 'refuse' ? 'warn' : 'check'} tone={permit.decision === 'refuse' ? 'c-warn' : 'c-pass'} />
              <div>
                <b>{agent}</b>: {permit.message}{' '}
                {path !== undefined && permit.line !== undefined && (
                  <a href={href({ screen: 'team', path, line: permit.line })}>
                    {path}, line {permit.line}
                  </a>
                )}
              </div>
            </li>
          );
        })}
      </ul>
      {(refused || words !== '') && (
        <label class="asked">
          Ask for it in your words
          <input class="field" autocomplete="off" placeholder="Save this to memory" value={words} onInput={(event) => write(event.currentTarget.value)} />
        </label>
      )}
    </>
  );
}

/** What a quest taught, as it would be saved; it is saved when somebody says yes. */
export function Lessons({ quest, app, state }: { quest: OpenQuest; app: App; state: AppState }): JSX.Element {
  const desk = useMemory(app);
  const [words, setWords] = useState('');
  const [failed, setFailed] = useState<string | null>(null);
  const answer = useRef<HTMLParagraphElement>(null);
  const [saved, setSaved] = useState(false);
  useEffect(() => {
    if (saved) answer.current?.focus();
  }, [saved]);
  const learned = useMemo(() => app.inspect.learn(), [quest.shown, app]);
  const { lines, broken } = desk;
  const gain = useMemo(() => (typeof learned === 'string' || lines === null ? null : desk.gain(learned)), [learned, lines]);
  const { view } = quest;
  const agents = useMemo(() => [...new Set(view.agents.map(({ id }) => id))], [view]);
  // The quest's own objective may have asked for it; else whoever sits here does.
  const permissions = useMemo(() => (lines === null ? [] : desk.permissions(state.team.files, state.off, agents, words === '' ? (view.mission ?? '') : words)), [lines === null, state.team.files, state.off, agents, words, view.mission]);
  const refused = permissions.filter(({ permit }) => permit.decision === 'refuse');
  if (typeof learned === 'string') return <p class="nothing">{learned}</p>;
  if (broken !== null) {
    return (
      <p class="nothing" role="alert">
        {broken}
      </p>
    );
  }
  if (gain === null) {
    return (
      <p class="nothing" role="status">
        Reading the memory of this browser.
      </p>
    );
  }
  const entities = listIn<MemoryEntity>(learned.calls, 'create_entities', 'entities');
  const observed = new Map(listIn<{ entityName: string; contents: string[] }>(learned.calls, 'add_observations', 'observations').map(({ entityName, contents }) => [entityName, contents]));
  const relations = listIn<MemoryRelation>(learned.calls, 'create_relations', 'relations');
  const gains = `${count(gain.entities, 'entity', 'entities')}, ${count(gain.observations, 'observation')} and ${count(gain.relations, 'relation')}`;
  const nothing = gain.entities + gain.observations + gain.relations === 0;
  const save = async (): Promise<void> => {
    if (refused.length > 0) return;
    try {
      await desk.learn(learned, `Saved to memory: ${gains}.`);
      setFailed(null);
      setSaved(true);
    } catch (error) {
      setFailed(inWords(error));
    }
  };
  return (
    <div class="lessons">
      {KINDS.map(({ type, word }) => {
        const some = entities.filter((one) => one.entityType === type);
        const bare = some.filter(({ name }) => observed.get(name)?.length === 0);
        return (
          some.length > 0 && (
            <section key={type} aria-label={word}>
              <h3>{word}</h3>
              <ul>
                {bare.length > 0 && <li>{list(bare.map(({ name }) => name))}</li>}
                {some.filter((one) => !bare.includes(one)).map(({ name }) => (
                  <li key={name}>
                    <b>{name}</b>
                    {(observed.get(name) ?? []).map((one) => (
                      <p key={one}>
                        {one} {!gain.news(name, one) && <span class="tag">known already</span>}
                      </p>
                    ))}
                  </li>
                ))}
              </ul>
            </section>
          )
        );
      })}
      <details>
        <summary>{count(relations.length, 'relation')} between them</summary>
        <ul>
          {relations.map(({ from, relationType, to }) => (
            <li key={`${from} ${relationType} ${to}`}>
              {from} <span class="how">{relationType}</span> {to}
            </li>
          ))}
        </ul>
      </details>
      {learned.withheld && <p class="muted">Words that are withheld in this log are not told.</p>}
      <section class="asks" aria-label="Save to memory">
        {nothing ? (
          <p tabIndex={-1} ref={answer}>
            <Icon name="check" tone="c-pass" />
            <span>Memory has all of this.</span> <a href={href({ screen: 'memory', name: entities.find(({ entityType }) => entityType === 'quest')?.name ?? null })}>Look at it</a>
          </p>
        ) : (
          <>
            <p>
              <b>Save this to the memory of this browser?</b> It would add {gains}. Nothing is saved unless you say yes.
            </p>
            {permissions.length > 0 && <Rules permissions={permissions} files={state.team.roster} words={words} write={setWords} />}
            {failed !== null && (
              <p class="bad" role="alert">
                <Icon name="fail" />
                <span>{failed}</span>
              </p>
            )}
            <div class="row">
              <button class="btn primary" type="button" aria-disabled={refused.length > 0} aria-describedby={refused.length > 0 ? 'lessons-why' : undefined} onClick={() => void save()}>
                Yes, save it
              </button>
              <a class="btn" href={href({ screen: 'quest', quest: quest.id })}>
                No
              </a>
            </div>
            {refused.length > 0 && (
              <p class="muted" id="lessons-why" role="status">
                {list(refused.map(({ agent }) => agent))} may save it only when somebody asks for it.
              </p>
            )}
          </>
        )}
      </section>
    </div>
  );
}
