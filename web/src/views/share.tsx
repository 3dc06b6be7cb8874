import '../styles/share.css';
import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { App } from '../app/app.ts';
import { size } from '../app/bytes.ts';
import { linkOf } from '../app/link.ts';
import type { AppState, OpenQuest } from '../app/model.ts';
import { href } from '../app/route.ts';
import { continueAsMine } from '../app/taken.ts';
import { banner, count, isOver } from '../app/words.ts';
import { Icon } from '../parts/icons.tsx';
import { Blank, Name, OpeningNote, Verdicts } from '../parts/parts.tsx';
import { scoreOf } from '../parts/score.ts';
import { lineInWords, Track } from '../parts/track.tsx';
import { Hand } from './hand.tsx';
import { TroubleScreen } from './trouble.tsx';

const WARN = 2000; // characters: some chat programs cut here

function CopyField({ label, url, app, quiet = false }: { label: string; url: string; app: App; quiet?: boolean }): JSX.Element {
  const [state, setState] = useState<'idle' | 'copied' | 'select'>('idle');
  const copy = async (): Promise<void> => {
    const ok = await app.copy(url);
    setState(ok ? 'copied' : 'select');
    if (!ok) document.querySelector<HTMLInputElement>(`[data-url="${label}"]`)?.select();
  };
  return (
    <>
      <input class="url" readOnly value={url} aria-label={label} data-url={label} onFocus={(event) => event.currentTarget.select()} />
      <button class={quiet ? 'btn' : 'btn primary'} type="button" onClick={() => void copy()}>
        <Icon name={state === 'copied' ? 'check' : 'copy'} />
        {state === 'copied' ? 'Copied' : state === 'select' ? 'Press Ctrl C' : 'Copy link'}
      </button>
      <span class="vh" role="status">
        {state === 'copied' ? 'The link is copied.' : ''}
      </span>
    </>
  );
}

function Kinds(): JSX.Element {
  return (
    <section class="panel" aria-label="Who can read it">
      <div class="panel-h">
        <h2>Who can read it</h2>
      </div>
      <div class="kinds one">
        <div class="kind">
          <Icon name="eye" tone="c-warn" />
          <b>Anyone who has the link or the file</b>
          <p>Not secret: forwarding it, or a chat program that stores it, hands over the quest. No server, works for ever, cannot be taken back.</p>
        </div>
      </div>
    </section>
  );
}

function Leaves({ quest, log }: { quest: OpenQuest; log: string }): JSX.Element {
  const { view } = quest;
  const texts = view.talk.filter((talk) => talk.text !== null);
  const said = texts.filter((talk) => talk.type === 'message' || talk.type === 'respond' || talk.type === 'complete').length;
  const bytes = new TextEncoder().encode(log).length;
  const rows: { part: string; what: string; leaves: boolean }[] = [
    { part: `Structure of ${count(view.n, 'event')}`, what: 'Who, when, which task. Needed to verify.', leaves: true },
    { part: 'Objective, plan and task titles', what: `${count(view.tasks.length, 'task')} with criteria and outputs`, leaves: true },
    { part: 'Messages', what: `${count(said, 'text')}, ${count(texts.length - said, 'note')} of yours`, leaves: true },
    { part: 'Agent files', what: 'Only the SHA-256 of each file, so that others can tell which definition ran', leaves: false },
  ];
  return (
    <section class="panel" aria-label="What leaves">
      <div class="panel-h">
        <h2>What leaves</h2>
        <span class="end num">{size(bytes)}</span>
      </div>
      <table class="leaves">
        <thead>
          <tr>
            <th>Part</th>
            <th>Leaves</th>
          </tr>
        </thead>
        <tbody class="num">
          {rows.map((row) => (
            <tr key={row.part} class={row.leaves ? '' : 'out'}>
              <td>
                <b>{row.part}</b>
                <small>{row.what}</small>
              </td>
              <td>
                <span class="always">{row.leaves ? 'yes' : 'no'}</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="never">
        <Icon name="lock" />
        <span>
          <b>Never in any link:</b> API keys, settings, other quests.
        </span>
      </p>
    </section>
  );
}

function LiveBox({ state, quest, app }: { state: AppState; quest: OpenQuest; app: App }): JSX.Element | null {
  if (quest.link !== null) {
    const { id, token, lead, seats } = quest.link;
    const address = (capability: string): string => `${location.origin}${location.pathname}${href({ screen: 'live', id, token: capability })}`;
    const leader = quest.view.agents.find(({ leads }) => leads)?.id ?? 'the leader';
    const given = [...(lead === undefined ? [] : [[leader, lead] as const]), ...Object.entries(seats ?? {})];
    return (
      <section class="panel" aria-label="Live">
        <div class="panel-h">
          <h2>Live link</h2>
          <span class="tag">
            <Icon name="live" />
            to watch
          </span>
        </div>
        <div class="get">
          <p class="len">Who has this link follows the quest as it happens and may not act in it. The server keeps the turns and reads the texts.</p>
          <div class="do">
            <CopyField label="Live link" url={address(token)} app={app} />
          </div>
        </div>
        {given.length > 0 && (
          <div class="get seats">
            <p class="len">Who has one of these sits for one agent: it writes in that agent’s turns, and for nobody else. Give each to one person.</p>
            {given.map(([agent, capability]) => (
              <div class="do" key={agent}>
                <b class="cut">
                  <Name id={agent} />
                </b>
                <CopyField label={`Seat link of ${agent}`} url={address(capability)} app={app} quiet />
              </div>
            ))}
          </div>
        )}
      </section>
    );
  }
  if (!state.server || quest.mode !== 'drive') return null;
  return (
    <section class="panel" aria-label="Make it live">
      <div class="panel-h">
        <h2>Make it live</h2>
        <span class="tag">
          <Icon name="live" />
          server found
        </span>
      </div>
      <div class="get">
        <p class="len">
          The server this page comes from can keep the quest, so that others follow it as it happens. It then keeps the turns and reads the texts. {isOver(quest.view) ? 'This quest is over; a live link shows how it went.' : 'Nothing is sent before you press.'}
        </p>
        <div class="do">
          <button class="btn" type="button" onClick={() => void app.live.start()}>
            <Icon name="live" />
            Make it live
          </button>
        </div>
      </div>
    </section>
  );
}

export function Preview({ quest, app, heading, watching = false }: { quest: OpenQuest; app: App; heading: string; watching?: boolean }): JSX.Element {
  const { view } = quest;
  const score = scoreOf(view, view);
  const { who, says } = banner(view);
  return (
    <section class="panel open" aria-label={heading}>
      <div class="chrome">
        <span>{heading}</span>
      </div>
      <div class="in">
        <div>
          <h3>{view.mission ?? 'Objective withheld'}</h3>
          <p class="sub">
            {view.rehearsed ? 'A rehearsed quest' : 'A quest'}, {count(view.n, 'event')}, {count(view.agents.length, 'seat')}. {who} {says}.
          </p>
        </div>
        <Track score={score} lane={Math.max(7, Math.floor(62 / score.lanes.length))} words={lineInWords(score)} mini />
        <Verdicts verdict={quest.verdict} />
        {watching && (
          <div class="do">
            <button class="btn primary" type="button" onClick={() => void continueAsMine(app)}>
              <Icon name="fork" />
              Continue as my copy
            </button>
          </div>
        )}
        <OpeningNote />
      </div>
    </section>
  );
}

export function ShareScreen({ state, app }: { state: AppState; app: App }): JSX.Element {
  const { quest } = state;
  const { open } = app.quest;
  const link = useMemo(() => (open === null ? null : linkOf(open)), [quest?.view.head]);
  if (quest === null) {
    if (state.booting || state.trouble !== null) return <TroubleScreen state={state} app={app} />;
    return (
      <main id="main">
        <Blank
          icon="share"
          title="Nothing to share yet"
          acts={
            <a class="btn primary" href={href({ screen: 'home' })}>
              Say what to do
            </a>
          }
        >
          A quest can be put into a link, whole, without a server. Start one, or open one from the library.
        </Blank>
      </main>
    );
  }
  const log = app.quest.log();
  return (
    <main class="screen-share" id="main">
      <div class="top">
        <h1>Share this quest</h1>
        <p>{quest.link === null ? 'Nothing has left this browser. Check what leaves, then copy the link.' : 'The live link reads the server’s log; the link below holds the quest itself.'}</p>
      </div>
      <div class="left">
        <section class="panel secret" aria-label="Secrets">
          <div class="panel-h">
            <Icon name="warn" tone="c-warn" />
            <h2>Read it before you send it</h2>
          </div>
          <p class="scanned">Questline does not look for keys or passwords in the texts yet. If somebody wrote one into the objective or a message, it leaves with the link.</p>
        </section>
        <Kinds />
        <Leaves quest={quest} log={log} />
      </div>
      <div class="right">
        <section class="panel" aria-label="The link">
          <div class="panel-h">
            <h2>The link</h2>
            <span class="tag">in the link itself</span>
          </div>
          <div class="get">
            {link?.ok === true ? (
              <>
                <p class="len num">
                  <b>{link.chars.toLocaleString('en')}</b> characters. {link.chars > WARN ? 'Some chat programs cut links above 2,000: send the file instead?' : 'Above 2,000 some chat programs cut it.'}
                </p>
                <div class="scale" role="presentation">
                  <i style={{ width: `${Math.min(100, (link.chars / (2 * WARN)) * 100)}%` }} />
                  <u />
                </div>
                <div class="do">
                  <CopyField label="Link" url={link.url} app={app} />
                  <button class="btn" type="button" onClick={() => void app.library.save(quest.id)}>
                    <Icon name="file" />
                    Save .quest file
                  </button>
                </div>
              </>
            ) : (
              <>
                <p class="why">
                  <Icon name="fail" />
                  <span>
                    {link !== null && link.chars > 0
                      ? `This quest is too long for a link: it would have ${link.chars.toLocaleString('en')} characters, and 16,384 is the most. Send the file instead.`
                      : `No link can be made: ${link?.message ?? 'the quest is not open.'}`}
                  </span>
                </p>
                <div class="do">
                  <button class="btn primary" type="button" onClick={() => void app.library.save(quest.id)}>
                    <Icon name="file" />
                    Save .quest file
                  </button>
                </div>
              </>
            )}
          </div>
        </section>
        <LiveBox state={state} quest={quest} app={app} />
        {quest.mode === 'live' && <Hand quest={quest} app={app} />}
        <Preview quest={quest} app={app} heading="What they will see" />
      </div>
    </main>
  );
}
