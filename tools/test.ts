// Runs every test of the project and counts them: node tools/test.ts (through ./dev test, which installs what it needs).
//
// A step is one command. Steps run side by side as far as their order and the processors allow; the output of each goes
// to build/logs/test-<name>.log. Tests are counted one by one where the output is TAP (cmocka, node --test); a command
// without TAP is one test. A crash is one more failure. Lines of TAP diagnostics that start with "|" are passed on.
//
// Tests of servers, processes and browsers live by time limits that a busy machine can break: the files of node tests that fail
// run once more. What passes then is counted as passed and named as unsteady, so that it is seen and mended.

import { spawn, execFileSync } from 'node:child_process';
import { globSync, mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

interface Step {
  readonly name: string;
  readonly command: readonly string[];
  /** Names of the steps that must have passed. */
  readonly after?: readonly string[];
  /** Needs the machine for itself: browsers and servers whose time limits a busy machine would break. */
  readonly alone?: boolean;
  /** A build: says nothing when it passes and is no test. */
  readonly build?: boolean;
  /** Steps known only once this one has passed. */
  readonly then?: () => Step[];
  readonly env?: Readonly<Record<string, string>>;
}

interface Count {
  passed: number;
  failed: number;
  skipped: number;
}

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const logs = join(root, 'build/logs');
const stepLimitMs = 15 * 60_000;

/** What CTest knows of a preset's tests. */
function ctest(preset: string): Step[] {
  interface Listed {
    name: string;
    command?: string[];
    properties: { name: string; value: unknown }[];
  }
  const json = execFileSync('ctest', ['--preset', preset, '--show-only=json-v1'], { cwd: root, encoding: 'utf8' });
  const listed = JSON.parse(json) as { tests: Listed[] };
  return listed.tests.map(({ name, command = ['false'], properties }) => {
    const environment = (properties.find((p) => p.name === 'ENVIRONMENT')?.value ?? []) as string[];
    const env = Object.fromEntries(environment.map((pair) => pair.split(/=(.*)/s).slice(0, 2)));
    return { name, command, env: { CMOCKA_MESSAGE_OUTPUT: 'TAP', ...env } };
  });
}

function nodeTests(name: string, patterns: string[], options: Partial<Step> = {}, concurrency = availableParallelism()): Step[] {
  const files = globSync(patterns, { cwd: root, exclude: (path) => path.includes('node_modules') }).sort();
  if (files.length === 0) return [];
  const command = ['node', '--test', '--test-reporter=tap', '--test-timeout=300000', `--test-concurrency=${concurrency}`, ...files];
  return [{ name, command, ...options }];
}

function plan(): Step[] {
  const unitNames = new Set<string>();
  const asanTests = (): Step[] => {
    const steps = ctest('asan');
    for (const step of steps) unitNames.add(step.name);
    return steps;
  };
  return [
    { name: 'build dev', command: ['./dev', 'build', 'dev'], build: true },
    { name: 'format', command: ['tools/check-format'] },
    {
      name: 'build asan',
      command: ['./dev', 'build', 'asan'],
      after: ['build dev'],
      build: true,
      // What sanitizers would disturb is registered in the dev preset only.
      then: () => [...asanTests(), ...ctest('dev').filter((step) => !unitNames.has(step.name))],
    },
    { name: 'build wasm', command: ['./dev', 'build', 'wasm'], after: ['build asan'], build: true },
    { name: 'wasm abi', command: ['node', 'tools/wasm-abi.ts'], after: ['build wasm'] },
    { name: 'wasm size', command: ['node', 'tools/wasm-size.ts'], after: ['build wasm'] },
    { name: 'build js', command: ['./dev', 'build', 'js'], after: ['build wasm'], build: true },
    { name: 'types of tools', command: ['npm', 'run', '--silent', 'typecheck'], after: ['build js'] },
    {
      name: 'types',
      command: ['npm', 'run', '--silent', 'typecheck', '--workspaces', '--if-present'],
      after: ['build js'],
    },
    ...nodeTests('node', ['{wasm,web,worker,site}/**/*.test.ts', 'tests/!(e2e|runtimes)/**/*.test.ts'], { after: ['build js'] }),
    ...nodeTests('runtimes', ['tests/runtimes/*.test.ts'], { after: ['build js'], alone: true }, 1),
    ...nodeTests('end to end', ['tests/e2e/*.test.ts'], { after: ['build js'], alone: true }),
  ];
}

/** Counts what a step's output reports, and takes its exit into account. */
function count(output: string, exit: number | string): Count {
  const result: Count = { passed: 0, failed: 0, skipped: 0 };
  const footer = (word: string): number => Number(output.match(new RegExp(`^# ${word} (\\d+)$`, 'm'))?.[1] ?? 0);
  if (/^# tests \d+$/m.test(output)) {
    // node --test: nested results, so its own sums.
    result.passed = footer('pass');
    result.failed = footer('fail') + footer('cancelled');
    result.skipped = footer('skipped') + footer('todo');
  } else if (/^1\.\.\d+$/m.test(output)) {
    let planned = 0;
    for (const line of output.split('\n')) {
      planned += Number(line.match(/^1\.\.(\d+)$/)?.[1] ?? 0);
      if (/^(not )?ok \d+ (- .*)?# SKIP/.test(line)) result.skipped++;
      else if (/^ok \d/.test(line)) result.passed++;
      else if (/^not ok \d/.test(line)) result.failed++;
    }
    if (result.passed + result.failed + result.skipped < planned && result.failed === 0) result.failed = 1;
  } else if (exit === 0) {
    result.passed = 1;
  }
  if (exit !== 0 && result.failed === 0) result.failed = 1;
  return result;
}

/** The failing tests with what they say; the end of the output when none is marked. */
function excerpt(output: string): string {
  const lines = output.split('\n');
  const shown: string[] = [];
  for (let i = 0; i < lines.length; i++) {
    if (!/^\s*not ok /.test(lines[i]!) || /# (SKIP|TODO)/.test(lines[i]!)) continue;
    let end = i + 1;
    while (end < lines.length && end < i + 40 && !/^\s*(\.\.\.|(not )?ok .*)$/.test(lines[end]!)) end++;
    shown.push(...lines.slice(i, end));
    i = end - 1;
  }
  return (shown.length > 0 ? shown.slice(0, 200) : lines.slice(-40)).map((line) => `    ${line}`).join('\n');
}

interface Ended {
  readonly output: string;
  readonly exit: number | string;
}

async function execute(step: Step): Promise<Ended> {
  const [program = '', ...args] = step.command;
  const child = spawn(program, args, {
    cwd: root,
    env: { ...process.env, ...step.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  const collect = (chunk: string): void => void (output += chunk);
  child.stdout.setEncoding('utf8').on('data', collect);
  child.stderr.setEncoding('utf8').on('data', collect);
  const limit = setTimeout(() => {
    output += `\nended by the test runner after ${stepLimitMs / 60_000} minutes\n`;
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  }, stepLimitMs);
  const exit = await new Promise<number | string>((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  });
  clearTimeout(limit);
  writeFileSync(join(logs, `test-${step.name.replaceAll(/[^A-Za-z0-9]/g, '-')}.log`), output);
  return { output, exit };
}

/** Runs the files of a step's failed tests once more; null when the output does not say which they are. */
async function again(step: Step, output: string): Promise<Ended | null> {
  const files = new Set([...output.matchAll(/^  location: '(.*):\d+:\d+'$/gm)].map(([, file = '']) => file));
  if (files.size === 0) return null;
  const flags = step.command.filter((word) => word.startsWith('--'));
  return await execute({ ...step, name: `${step.name} again`, command: ['node', ...flags, ...files] });
}

async function run(step: Step): Promise<Count> {
  const started = performance.now();
  const { output, exit } = await execute(step);
  const counted = step.build && exit === 0 ? { passed: 0, failed: 0, skipped: 0 } : count(output, exit);
  const second = step.command.includes('--test') && counted.failed > 0 ? await again(step, output) : null;
  const steady = second === null || count(second.output, second.exit).failed > 0;
  const result = steady ? counted : { ...counted, passed: counted.passed + counted.failed, failed: 0 };
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const counts = step.build ? '' : `${result.passed} passed, ${result.failed} failed, ${result.skipped} skipped`;
  console.log(`${result.failed > 0 ? 'FAIL' : 'ok  '}  ${step.name.padEnd(28)} ${counts.padEnd(36)} ${seconds.padStart(6)} s`);
  for (const [, row] of output.matchAll(/^\s*# (\|.*)$/gm)) console.log(`      ${row}`);
  if (!steady) console.log(`      | unsteady: ${counted.failed} failed, and passed when asked again`);
  if (counted.failed > 0) console.log(`    exit: ${exit}\n${excerpt(output)}`);
  return result;
}

async function runAll(steps: Step[]): Promise<Count> {
  const total: Count = { passed: 0, failed: 0, skipped: 0 };
  const waiting = [...steps];
  const finished = new Map<string, boolean>();
  const running = new Map<string, Promise<void>>();
  let alone = false;

  const start = (step: Step): void => {
    alone = step.alone ?? false;
    const done = run(step).then((result) => {
      total.passed += result.passed;
      total.failed += result.failed;
      total.skipped += result.skipped;
      finished.set(step.name, result.failed === 0);
      running.delete(step.name);
      alone = false;
      if (result.failed === 0) waiting.push(...(step.then?.() ?? []));
    });
    running.set(step.name, done);
  };

  while (waiting.length > 0 || running.size > 0) {
    const unreachable = waiting.findIndex((step) => step.after?.some((name) => finished.get(name) === false));
    if (unreachable >= 0) {
      const [step] = waiting.splice(unreachable, 1);
      console.log(`FAIL  ${step!.name.padEnd(28)} not run: it needs what failed above`);
      finished.set(step!.name, false);
      total.failed++;
      continue;
    }
    const ready = (step: Step): boolean => (step.after ?? []).every((name) => finished.get(name));
    const next = waiting.findIndex((step) => ready(step) && (!step.alone || running.size === 0));
    if (next >= 0 && !alone && running.size < availableParallelism()) {
      start(waiting.splice(next, 1)[0]!);
      continue;
    }
    await Promise.race(running.values());
  }
  return total;
}

mkdirSync(logs, { recursive: true });
const total = await runAll(plan());
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed > 0 ? 1 : 0;
