import { Held } from './held.ts';

/**
 * What a server says, with `[key]` in place of a key: some repeat it in their complaints, and what they say is stored and shown. What may be the
 * beginning of the key waits for the bytes that come next.
 */
export class Blank extends Held {
  protected override readonly kind = 'blank';

  /** What may be told of these bytes and of those that waited. */
  bytes(more: Uint8Array): Uint8Array<ArrayBuffer> {
    return this.instance.bytes('qlw_blank_bytes', this.handle, more);
  }

  /** What waited, at the end of all. */
  rest(): Uint8Array<ArrayBuffer> {
    return this.instance.bytes('qlw_blank_rest', this.handle);
  }

  /** A whole text, beside all that waits. */
  text(text: string): string {
    return this.instance.text('qlw_blank_text', this.handle, text);
  }
}
