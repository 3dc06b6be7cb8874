import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, it } from 'node:test';
import { loadCore } from '@questline/core/node';
import { DOCS, render } from '../../site/src/docs.ts';
import { describeDiagnostics, diagnostics } from '../../site/src/findings.ts';
import { DIST, PAGES, read, tags } from './dist.ts';

const core = await loadCore();
const VOID = new Set(['area', 'br', 'col', 'hr', 'img', 'input', 'link', 'meta', 'wbr']);

describe('every page', () => {
  it('is there', () => {
    assert.deepEqual(
      PAGES,
      ['404.html', 'index.html', ...['docs/index.html', ...DOCS.map(({ slug }) => `docs/${slug}.html`)].sort()].sort(),
    );
  });

  it('has a language, a title of its own, one first heading, landmarks and a way to skip to them', () => {
    const titles = new Set<string>();
    for (const page of PAGES) {
      const html = read(page);
      assert.match(html, /^<!doctype html>\n<html lang="en">/, page);
      const title = /<title>([^<]+)<\/title>/.exec(html)?.[1] ?? '';
      assert(title.includes('Questline') && !titles.has(title), `${page}: ${title}`);
      titles.add(title);
      assert.equal(html.match(/<h1[ >]/g)?.length, 1, page);
      assert.match(html, /<meta name="description" content="[^"]{20,}">/, page);
      assert.match(html, /<meta name="viewport" content="width=device-width, initial-scale=1">/, page);
      assert.match(html, /<a class="skip" href="#main">/, page);
      assert.equal(html.match(/<main[^>]* id="main">/g)?.length, 1, page);
    }
  });

  it('opens and closes its tags in order, gives an id once, skips no heading level', () => {
    for (const page of PAGES) {
      const open: string[] = [];
      const ids = new Set<string>();
      let level = 0;
      let inNav = false;
      for (const { name, attributes, closing, empty } of tags(read(page))) {
        const id = attributes['id'];
        assert(id === undefined || !ids.has(id), `${page}: id ${id} twice`);
        if (id !== undefined) ids.add(id);
        if (name === 'nav') inNav = !closing;
        const heading = /^h([1-6])$/.exec(name)?.[1];
        if (heading !== undefined && !closing && !inNav) {
          assert(Number(heading) <= level + 1, `${page}: h${heading} after h${level}`);
          level = Number(heading);
        }
        if (VOID.has(name) || empty) continue;
        if (!closing) assert(name !== 'a' || !open.includes('a'), `${page}: a link in a link`);
        if (!closing) open.push(name);
        else assert.equal(open.pop(), name, page);
      }
      assert.deepEqual(open, [], page);
    }
  });

  it('asks nothing of another origin and needs no policy to be loosened', () => {
    for (const page of PAGES) {
      const html = read(page);
      for (const { name, attributes, closing } of tags(html)) {
        for (const key of ['href', 'src', 'srcset', 'action', 'data']) {
          const value = attributes[key] ?? '';
          assert(!/^(?:[a-z][a-z+.-]*:|\/\/)/i.test(value), `${page}: ${name} ${key}="${value}"`);
        }
        for (const key of Object.keys(attributes)) assert(key !== 'style' && !key.startsWith('on'), `${page}: ${name} ${key}`);
        assert(name !== 'style' && (name !== 'script' || closing || 'src' in attributes), `${page}: inline ${name}`);
      }
      assert.match(
        html,
        /http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';/,
        page,
      );
    }
    for (const sheet of ['site.css', 'tokens.css']) assert.doesNotMatch(read(sheet), /@import|url\(\s*["']?(?:[a-z]+:)?\/\//i);
  });

  it('links to what is there, the part of the page included', () => {
    let links = 0;
    for (const page of PAGES) {
      for (const { name, attributes } of tags(read(page))) {
        const target = attributes['href'] ?? attributes['src'];
        if (target === undefined) continue;
        const [path = '', part] = target.split('#');
        const file = path === '' ? page : path.startsWith('/') ? path.slice(1) : posix.join(posix.dirname(page), path);
        const found = [file, posix.join(file, 'index.html')].find((at) => existsSync(join(DIST, at)) && statSync(join(DIST, at)).isFile());
        assert(found !== undefined, `${page}: ${name} leads to ${target}`);
        if (part !== undefined && !found.startsWith('app/')) assert(read(found).includes(` id="${part}"`), `${page}: no ${target}`);
        links++;
      }
    }
    assert(links > 200);
  });
});

describe('documentation', () => {
  it('is rendered by our own core', () => {
    for (const name of readdirSync(new URL('../../site/docs/', import.meta.url))) {
      const markdown = readFileSync(new URL(`../../site/docs/${name}`, import.meta.url), 'utf8');
      const start = render(core, markdown.split('\n## ')[0] ?? '');
      assert(read(`docs/${name.replace('.md', '.html')}`).includes(start.trimEnd()), name);
    }
    assert.equal(
      render(core, 'a <script>x</script> [b](links.md#live-quests)'),
      '<p>a &lt;script&gt;x&lt;/script&gt; <a href="links.html#h-live-quests" rel="noopener noreferrer">b</a></p>\n',
    );
  });

  it('describes every diagnostic, refusal and event that the core declares', () => {
    const declared = diagnostics();
    assert(declared.length > 30);
    const page = read('docs/diagnostics.html');
    for (const { code, severity, meaning } of declared) {
      assert(
        page.includes(`<h3 id="h-${code}">${code}</h3>\n<p><strong>${severity}</strong>: ${core.markdownHtml(meaning).slice(3, -5)}.</p>`),
        code,
      );
    }
    assert(read('docs/refusals.html').includes('<code>not_your_turn</code>'));
    for (const type of core.info().events) assert(read('docs/events.html').includes(`<code>${type}</code></h2>`), type);
  });

  it('shows each diagnostic by an example that has it, and is not built without', () => {
    const markdown = readFileSync(new URL('../../site/docs/diagnostics.md', import.meta.url), 'utf8');
    const page = describeDiagnostics(core, markdown);
    assert.equal(page.match(/^(?:It has no fix\.|The fix makes of it:)$/gm)?.length, diagnostics().length);
    const without = (from: string, to: string): string => markdown.slice(0, markdown.indexOf(from)) + markdown.slice(markdown.indexOf(to));
    assert.throws(() => describeDiagnostics(core, without('### tab-indent', '## The recovery')), /says nothing on tab-indent/);
    assert.throws(() => describeDiagnostics(core, markdown.replace('### tab-indent', '### tab-indents')), /does not declare/);
    assert.throws(() => describeDiagnostics(core, markdown.replaceAll('\\x09', '  ')), /example of tab-indent .* does not show it/);
    assert.throws(() => describeDiagnostics(core, markdown.replaceAll(/```bytes/g, '```text')), /no example of empty-file/);
  });

  it('describes every command of the command line, from its own help', () => {
    const page = read('docs/command-line.html');
    for (const command of [
      'spec',
      'check',
      'roster',
      'plan',
      'run',
      'verify',
      'quest create',
      'quest monitor',
      'quest respond',
      'link make',
      'link open',
    ]) {
      assert(page.includes(`>questline ${command}</h2>`), command);
      assert(page.includes(`Usage: questline ${command}`), command);
    }
  });
});

describe('the landing page', () => {
  const html = read('index.html');

  it('links to a whole quest that is sound', () => {
    const fragment = /href="app\/index\.html(#q=[\w-]+)"/.exec(html)?.[1] ?? '';
    const { intact, legal, complete, withheld, events } = core.verify(core.openLink(fragment));
    assert.deepEqual([intact, legal, complete, withheld], ['yes', 'yes', 'terminal', 0]);
    assert(html.includes(`${events} events, intact yes, legal yes, complete terminal.`));
    assert(html.includes(`in ${fragment.length.toLocaleString('en')} characters`));
  });

  it('shows who holds the turn once in each picture', () => {
    assert.equal(html.match(/class="bead-dot"/g)?.length, 2);
    assert.equal(html.match(/class="lane on"/g)?.length, 2);
    assert.match(html, /<code>not_your_turn<\/code>/);
  });

  it('names the two commands, and they exist', () => {
    const dev = readFileSync(new URL('../../dev', import.meta.url), 'utf8');
    for (const command of ['run', 'test']) {
      assert(html.includes(`<code>./dev ${command}</code>`));
      assert(dev.includes(`command_${command}()`));
    }
  });
});
