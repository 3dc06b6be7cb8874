/** One tab drives a quest; the others follow what it says. */
export interface Lease {
  /** Settles when another tab took over, or after release. */
  readonly lost: Promise<void>;
  release(): void;
}

export type TabMessage =
  | { kind: 'event'; quest: string; n: number; line: string }
  | { kind: 'notes'; quest: string; lines: readonly string[] }
  | { kind: 'live'; quest: string } // a server keeps it from now on
  | { kind: 'memory' }
  | { kind: 'library' };

export interface Tabs {
  /** Null when another tab drives. With `steal` it is taken from that tab. */
  acquire(quest: string, steal: boolean): Promise<Lease | null>;
  /** Calls back once, when nobody drives the quest any more. */
  whenFree(quest: string, signal: AbortSignal, then: () => void): void;
  send(message: TabMessage): void;
  listen(hear: (message: TabMessage) => void): void;
}

export function browserTabs(): Tabs {
  const channel = new BroadcastChannel('questline');
  const name = (quest: string): string => `questline:${quest}`;
  return {
    acquire: (quest, steal) =>
      new Promise((resolve, reject) => {
        let release = (): void => {};
        const held = new Promise<void>((free) => {
          release = free;
        });
        let lose = (): void => {};
        const lost = new Promise<void>((settle) => {
          lose = settle;
        });
        const options: LockOptions = steal ? { steal: true } : { ifAvailable: true };
        navigator.locks
          .request(name(quest), options, async (lock) => {
            if (lock === null) return resolve(null);
            resolve({ lost, release });
            await held;
          })
          .catch((error: unknown) => {
            // A stolen lock ends this request with AbortError: that is how the former driver learns of it.
            if (!(error instanceof DOMException && error.name === 'AbortError')) reject(error);
          })
          .finally(lose);
      }),
    whenFree: (quest, signal, then) => {
      navigator.locks.request(name(quest), { signal }, () => then()).catch(() => {}); // aborted: nobody waits any more
    },
    send: (message) => channel.postMessage(message),
    listen: (hear) => {
      channel.addEventListener('message', (event: MessageEvent<TabMessage>) => hear(event.data));
    },
  };
}
