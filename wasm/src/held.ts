import { failure } from './errors.ts';
import type { Instance } from './memory.ts';

/** An object inside an instance. */
export abstract class Held implements Disposable {
  readonly #instance: Instance;
  #handle: number;

  /** @internal */
  constructor(instance: Instance, handle: number) {
    this.#instance = instance;
    this.#handle = handle;
  }

  /** The handle, for calls on `instance`: a handle means nothing in another instance. @internal */
  handleIn(instance: Instance): number {
    if (this.#handle === 0) throw failure('QL_ERR_HANDLE', `this ${this.kind} is closed`);
    if (instance !== this.#instance) throw failure('QL_ERR_HANDLE', `this ${this.kind} belongs to another instance`);
    return this.#handle;
  }

  protected abstract readonly kind: string;

  protected get instance(): Instance {
    return this.#instance;
  }

  protected get handle(): number {
    return this.handleIn(this.#instance);
  }

  /** Frees it. Closing twice does nothing, and so does closing what a broken instance held. Refused while a driver uses it. */
  close(): void {
    if (this.#handle === 0) return;
    if (!this.#instance.broken) this.#instance.run('qlw_close', this.#handle);
    this.#handle = 0;
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
