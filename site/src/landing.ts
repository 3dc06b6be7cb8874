import { text } from './html.ts';
import { drawLine, type Line } from './line.ts';
import type { Sample } from './sample.ts';

/** The first page. Its picture, its refusal and its verdict come out of the sample quest, not out of this file. */
export function landing(sample: Sample): string {
  const describe = `The turn line of a rehearsed quest. The owner approves the plan, the coordinator gives work to the architect and the database optimizer, answers a question, and hands on to the Node expert, who holds the turn now. A review and the end are planned.`;
  const line: Line = { ...sample, describe };
  const { by, refusal, before, after } = sample.intruder;
  const same = before === after;
  if (!same) throw new Error('A refusal changed the state of the sample quest.');
  return `<main class="landing" id="main">
<section class="lead">
<h1>Your agents, one turn at a time.</h1>
<p>Questline reads the agent files you already have: Markdown with YAML on top, in the dialect they are written in.
It makes a plan with the agents in them, and plays the plan as a quest in which each may act only when it is its turn.
The quest is one log that anyone can check again, in a browser, on a server or on the command line, with the same result.</p>
<p class="go"><a class="btn primary" href="app/index.html">Open the app</a><a class="btn" href="docs/getting-started.html">Read how it works</a></p>
</section>

<figure class="panel picture">
<div class="picture-h"><i class="bead"></i><p><strong><span class="at">@</span>${text(sample.holder.slice(1))}</strong> holds the turn</p><span class="tag unreal">rehearsal</span></div>
<div class="wide">${drawLine(line, { width: 1040, row: 36, names: true })}</div>
<div class="narrow">${drawLine(line, { width: 328, row: 34, names: false })}</div>
<figcaption><p>One line runs through the seats. Solid is what happened, orange is now, dashed is planned. Drawn from the log of a quest that the core rehearsed when this page was built: ${sample.events} events, ${text(sample.verdict)}.</p>
<p><a href="app/index.html${text(sample.fragment)}">Open this quest in the app</a>. The link holds all of it, in ${sample.fragment.length.toLocaleString('en')} characters.</p></figcaption>
</figure>

<section class="two">
<div class="panel out-of-turn">
<h2>Out of turn is refused</h2>
<p>At the moment of the picture <span class="nm">${text(by)}</span> says that it is done. The core answers:</p>
<p class="refused"><code>${text(refusal.code)}</code>${text(refusal.message)}</p>
<p>No event was written. The state hash stays <code class="hash">${text(after.slice(0, 12))}…</code>, as it was before.</p>
</div>
<div class="panel start">
<h2>Two commands</h2>
<dl class="commands">
<dt><code>./dev run</code></dt><dd>installs what is missing, builds, serves http://localhost:8787</dd>
<dt><code>./dev test</code></dt><dd>installs what is missing, builds, runs every test</dd>
</dl>
<p>On a Debian 12 with nothing but git. Or stay here: the app needs no account, no key and no server.</p>
</div>
</section>

<section class="facts" aria-label="What holds">
<div><h2>Faults are shown, never fatal</h2><p>A broken file is read as far as it goes. Each finding has a line, a column and a sentence on what to do, also where another tool would skip the file without a word. <a href="docs/agent-files.html">Agent files</a></p></div>
<div><h2>The log is the quest</h2><p>State is what the events add up to; there is no second way to load one. Close the tab in the middle, and it goes on from the same event. <a href="docs/quest-protocol.html">Quest protocol</a></p></div>
<div><h2>The same bytes everywhere</h2><p>One core in C, native and as WebAssembly. Browser, edge, Node, Deno, Bun and command line compute the same hash for the same log. <a href="docs/architecture.html">Architecture</a></p></div>
<div><h2>Links without a server</h2><p>A quest fits, compressed, behind the # of a link, which browsers do not send. Whoever has the link can read it. <a href="docs/links.html">Links</a></p></div>
<div><h2>Live, when you want</h2><p>A worker keeps a quest that several people are in. A capability says who may watch, play a seat, lead or own. <a href="docs/worker.html">The worker</a></p></div>
<div><h2>What checking does not prove</h2><p>It finds accidents and broken rules. It does not prove who spoke, nor stop someone who rewrites the whole log. <a href="docs/verification.html">Verification</a></p></div>
</section>
</main>`;
}
