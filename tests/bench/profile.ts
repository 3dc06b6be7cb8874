// Where the time of a piece of work goes: V8's sampling profiler, its functions gathered by the source file that they come from.
import { execFileSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { fileURLToPath } from 'node:url';

const build = fileURLToPath(new URL('../../build/wasm/', import.meta.url));
const intervalUs = 200;

/** From the name of a function of core.named.wasm to the path of its source. What the linker inlined counts for the caller. */
export function readSources(): Map<string, string> {
  const sources = new Map<string, string>();
  const objects = globSync('CMakeFiles/**/*.o', { cwd: build });
  const listing = execFileSync('emnm', ['--defined-only', '--print-file-name', ...objects], { cwd: build, encoding: 'utf8' });
  for (const line of listing.split('\n')) {
    const [, object, symbol] = line.match(/^(.*)\.o: *\S+ [tTwW] (\S+)$/) ?? [];
    if (object !== undefined && symbol !== undefined) sources.set(symbol, object.replace(/^CMakeFiles\/[^/]*\//, ''));
  }
  return sources;
}

/** The share of each function in the time that `work` takes, by name. */
export async function sample(work: () => void): Promise<Map<string, number>> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: intervalUs });
  await session.post('Profiler.start');
  work();
  const { profile } = await session.post('Profiler.stop');
  session.disconnect();

  const names = new Map(profile.nodes.map((node) => [node.id, node.callFrame.functionName]));
  const shares = new Map<string, number>();
  const samples = profile.samples ?? [];
  const spent = profile.timeDeltas ?? [];
  const total = spent.reduce((sum, us) => sum + us, 0);
  samples.forEach((id, index) => {
    const name = names.get(id) ?? '';
    shares.set(name, (shares.get(name) ?? 0) + spent[index]! / total);
  });
  return shares;
}
