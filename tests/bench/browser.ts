// The same loader and module in a real Chromium, on a page that a route serves.
import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { launch } from '../e2e/harness.ts';

const origin = 'http://questline.test';
const file = (path: string): Buffer => readFileSync(new URL(`../../${path}`, import.meta.url));

export interface Opened {
  readonly open: number[];
  readonly verify: number[];
}

/** Milliseconds of each round. */
export async function timeInChromium(log: string, rounds: number): Promise<Opened> {
  const browser = await launch();
  try {
    const page = await browser.newPage();
    await page.route(`${origin}/**`, (route) => {
      const path = new URL(route.request().url()).pathname;
      if (path === '/') return route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>questline</title>' });
      if (path === '/log') return route.fulfill({ contentType: 'text/plain; charset=utf-8', body: log });
      if (path.endsWith('.wasm')) return route.fulfill({ contentType: 'application/wasm', body: file(path.slice(1)) });
      return route.fulfill({ contentType: 'text/javascript', body: stripTypeScriptTypes(file(path.slice(1)).toString()) });
    });
    await page.goto(`${origin}/`);
    return await page.evaluate(async (count): Promise<Opened> => {
      const load = (path: string): Promise<typeof import('../../wasm/src/core.ts') & typeof import('../../wasm/src/web.ts')> => import(path);
      const { instantiate } = await load('/wasm/src/core.ts');
      const { loadModule } = await load('/wasm/src/web.ts');
      const core = instantiate(await loadModule('/wasm/dist/core.wasm'));
      const text = await (await fetch('/log')).text();
      const open: number[] = [];
      const verify: number[] = [];
      for (let round = 0; round <= count; round++) {
        const opening = performance.now();
        const quest = core.openQuest(text);
        const opened = performance.now();
        if (quest.verdict().intact !== 'yes') throw new Error('the log is not intact');
        const verified = performance.now();
        quest.close();
        // The first round compiles the code.
        if (round === 0) continue;
        open.push(opened - opening);
        verify.push(verified - opened);
      }
      return { open, verify };
    }, rounds);
  } finally {
    await browser.close();
  }
}
