/* The only file that reads pointers. Everything handed in is copied into the instance and everything handed out is copied from it; no view
   of its memory outlives a call, because growing the memory detaches it. */
import { CoreError, InstanceBroken, failure } from './errors.ts';
import { ABI_VERSION } from './generated.ts';
import type { Failure } from './generated.ts';

export type Text = string | Uint8Array;
/** A number, a text, or null for an absent text. */
export type Argument = number | Text | null;

interface Exports {
  readonly memory: WebAssembly.Memory;
  readonly _initialize?: () => void;
  readonly qlw_abi_version: () => number;
  readonly qlw_alloc: (size: number) => number;
  readonly qlw_free: (pointer: number, size: number) => void;
  readonly qlw_out_ptr: () => number;
  readonly qlw_out_len: () => number;
}

type Operation = (...parameters: number[]) => number;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const SCRATCH_MIN = 16 * 1024;
const SCRATCH_KEPT_MAX = 1024 * 1024;
/* Up to here a text is given three bytes a character, beyond it is measured first. */
const GUESSED_MAX = 64 * 1024;

const decode = (view: Uint8Array): string => decoder.decode(view);

export class Instance {
  readonly #exports: Exports;
  readonly #operations: Record<string, Operation>;
  #broken: InstanceBroken | null = null;
  #memory = new Uint8Array();
  #scratch = 0;
  #scratchSize = 0;

  constructor(module: WebAssembly.Module) {
    const instance = new WebAssembly.Instance(module, { env: { emscripten_notify_memory_growth: () => {} } });
    this.#exports = instance.exports as unknown as Exports;
    this.#operations = instance.exports as unknown as Record<string, Operation>;
    this.#exports._initialize?.();
    const version = this.#exports.qlw_abi_version();
    if (version !== ABI_VERSION) {
      throw failure('QL_ERR_VERSION', `core.wasm speaks version ${version} of the boundary, this loader version ${ABI_VERSION}`);
    }
  }

  /** Runs an operation and returns its answer as text. */
  text(operation: string, ...args: Argument[]): string {
    return this.#finish(this.#run(operation, args), decode);
  }

  /** Runs an operation and returns its answer as bytes. */
  bytes(operation: string, ...args: Argument[]): Uint8Array<ArrayBuffer> {
    return this.#finish(this.#run(operation, args), (view) => view.slice());
  }

  /** Runs an operation whose status says which of two answers it gives. */
  either<T>(yes: (answer: string) => T, no: (answer: string) => T, operation: string, ...args: Argument[]): T {
    const status = this.#run(operation, args);
    return (status === 0 ? yes : no)(this.#finish(status, decode));
  }

  /** Runs an operation and returns its answer as the value its JSON says. */
  json(operation: string, ...args: Argument[]): unknown {
    return JSON.parse(this.text(operation, ...args));
  }

  /** Runs an operation whose answer is a handle. */
  handle(operation: string, ...args: Argument[]): number {
    return this.json(operation, ...args) as number;
  }

  /** Runs an operation that answers nothing. */
  run(operation: string, ...args: Argument[]): void {
    this.#finish(this.#run(operation, args), () => undefined);
  }

  get broken(): boolean {
    return this.#broken !== null;
  }

  get memory(): number {
    return this.#exports.memory.buffer.byteLength;
  }

  /* All of its memory; looked at anew when growing has detached it. */
  #bytes(): Uint8Array {
    if (this.#memory.length === 0) this.#memory = new Uint8Array(this.#exports.memory.buffer);
    return this.#memory;
  }

  #finish<T>(status: number, read: (view: Uint8Array) => T): T {
    const start = this.#exports.qlw_out_ptr();
    const view = this.#bytes().subarray(start, start + this.#exports.qlw_out_len());
    if (status < 0) throw new CoreError(JSON.parse(decoder.decode(view)) as Failure);
    return read(view);
  }

  #run(name: string, args: Argument[]): number {
    const operation = this.#operations[name];
    if (operation === undefined) throw new TypeError(`core.wasm has no operation ${name}`);
    return this.#guard(() => {
      const parameters = this.#pass(args);
      const status = operation(...parameters);
      if (this.#scratchSize > SCRATCH_KEPT_MAX) this.#release();
      return status;
    });
  }

  /* Whatever an export throws left the instance in the middle of something. */
  #guard<T>(call: () => T): T {
    if (this.#broken !== null) throw new InstanceBroken(this.#broken.cause);
    try {
      return call();
    } catch (error) {
      if (error instanceof CoreError) throw error;
      this.#broken = new InstanceBroken(error);
      throw this.#broken;
    }
  }

  /* Copies the texts into one block of the instance; a text becomes a pointer and a length, an absent one two zeros. */
  #pass(args: Argument[]): number[] {
    let size = 0;
    for (let i = 0; i < args.length; i++) {
      let arg = args[i]!;
      if (typeof arg === 'string' && arg.length > GUESSED_MAX) args[i] = arg = encoder.encode(arg);
      if (typeof arg === 'string') size += arg.length * 3;
      else if (typeof arg === 'object' && arg !== null) size += arg.length;
    }
    this.#reserve(size);
    const memory = this.#bytes();
    const end = this.#scratch + this.#scratchSize;
    const parameters: number[] = [];
    let at = this.#scratch;
    for (const arg of args) {
      if (typeof arg === 'number') {
        parameters.push(arg);
      } else if (arg === null) {
        parameters.push(0, 0);
      } else {
        let length = arg.length;
        if (typeof arg === 'string') length = encoder.encodeInto(arg, memory.subarray(at, end)).written;
        else memory.set(arg, at);
        parameters.push(at, length);
        at += length;
      }
    }
    return parameters;
  }

  #reserve(size: number): void {
    if (this.#scratch !== 0 && size <= this.#scratchSize) return;
    this.#release();
    const wanted = Math.max(size, SCRATCH_MIN);
    this.#scratch = this.#exports.qlw_alloc(wanted);
    if (this.#scratch === 0) throw failure('QL_ERR_NOMEM', 'the instance has no room for what was handed to it', `${size} bytes`);
    this.#scratchSize = wanted;
  }

  #release(): void {
    if (this.#scratch === 0) return;
    this.#exports.qlw_free(this.#scratch, this.#scratchSize);
    this.#scratch = 0;
    this.#scratchSize = 0;
  }
}
