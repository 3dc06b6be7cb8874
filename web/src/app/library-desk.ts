import type { Clock } from '../ports/clock.ts';
import type { Entropy } from '../ports/entropy.ts';
import type { Tabs } from '../ports/lock.ts';
import type { Storage } from '../ports/storage.ts';
import type { Engine } from './engine.ts';
import type { Inspector } from './inspect.ts';
import { inWords, joined, recordOf } from './logs.ts';
import type { Route } from './model.ts';
import type { NotesDesk } from './notes.ts';
import type { QuestDesk } from './quest-desk.ts';
import type { Store } from './store.ts';
import { copyWork } from './work.ts';

interface DeskPorts {
  storage: Storage;
  tabs: Pick<Tabs, 'send'>;
  clock: Clock;
  entropy: Entropy;
  download: (name: string, text: string) => void;
  go: (route: Route) => void;
}

/** The desks that it works with. */
interface Beside {
  quest: QuestDesk;
  notes: NotesDesk;
  inspect: Inspector;
}

/** The quests that this browser keeps: which there are, what comes and goes, and whether they last. */
export class LibraryDesk {
  #store: Store;
  #engine: Engine;
  #beside: Beside;
  #ports: DeskPorts;

  constructor(store: Store, engine: Engine, beside: Beside, ports: DeskPorts) {
    this.#store = store;
    this.#engine = engine;
    this.#beside = beside;
    this.#ports = ports;
  }

  async read(): Promise<void> {
    const library = await this.#ports.storage.list();
    this.#store.set({ library: library.sort((a, b) => b.updated - a.updated) });
  }

  /** Tells the other tabs too. */
  changed(): void {
    this.#ports.tabs.send({ kind: 'library' });
    void this.read();
  }

  /** Another quest is kept. */
  grew(): void {
    this.changed();
    void this.#askLasting();
  }

  /** The open quest went on. */
  update(): void {
    const { quest } = this.#store.state;
    if (quest === null) return;
    const { storage, clock } = this.#ports;
    const { id, view } = quest;
    void storage
      .record(id)
      .then((record) => storage.putRecord({ ...recordOf(id, view, true, clock.now()), created: record?.created ?? clock.now() }))
      .then(() => this.read())
      .catch((error: unknown) => this.#store.storageFailed(error));
  }

  async remove(id: string): Promise<void> {
    const { storage } = this.#ports;
    const record = await storage.record(id);
    const lines = await storage.lines(id, 0);
    const notes = await storage.notes(id);
    const plan = await storage.setting(`plan:${id}`);
    const work = await storage.work(id);
    const blobs = await storage.blobs(id);
    if (record === undefined) return;
    if (this.#store.state.quest?.id === id) this.#beside.quest.close();
    await storage.remove(id);
    this.changed();
    this.#store.toast(`“${record.title}” deleted.`, () => {
      const back = [storage.putQuest(record, lines), storage.putNotes(id, notes), plan === undefined ? null : storage.putSetting(`plan:${id}`, plan), ...(work === undefined ? [...blobs].map(([hash, bytes]) => storage.putBlob(id, hash, bytes)) : [storage.putWork(work, blobs)])];
      void Promise.all(back).then(() => this.changed());
    });
  }

  /** Saves a quest as a file, and its notes as another: the open one as it is shown, another from the library. */
  async save(id: string): Promise<void> {
    const { storage, download } = this.#ports;
    const shown = this.#store.state.quest?.id === id;
    const log = shown ? this.#beside.quest.log() : joined(await storage.lines(id, 0));
    const notes = shown ? this.#beside.notes.text : joined(await storage.notes(id));
    download(`${id}.quest`, log);
    if (notes !== '') download(`${id}.notes`, notes);
  }

  /** Goes on from an event as another quest; the one that is open stays as it is. */
  async fork(n: number): Promise<void> {
    const { storage, clock, entropy, go } = this.#ports;
    try {
      const lines = this.#beside.inspect.fork(n, entropy.bytes(32));
      const probe = this.#engine.core.openQuest(joined(lines));
      const view = probe.view();
      const { artifacts } = probe.standing();
      probe.close();
      const id = view.id ?? '';
      await copyWork(storage, this.#store.state.quest?.id ?? '', id, artifacts);
      await storage.putQuest(recordOf(id, view, true, clock.now()), lines);
      this.grew();
      go({ screen: view.status === 'proposed' ? 'plan' : 'quest', quest: id });
      this.#store.toast(`Another quest from event ${n} on. The first one stays as it is, in the library.`);
    } catch (error) {
      this.#store.toast(inWords(error));
    }
  }

  // ---- whether they last

  async #askLasting(): Promise<void> {
    if (this.#store.state.lasting !== 'unasked') return;
    await this.#ports.storage.putSetting('asked', true);
    await this.#persist();
  }

  async #persist(): Promise<boolean> {
    const granted = await this.#ports.storage.persist();
    this.#store.set({ lasting: granted ? 'granted' : 'refused' });
    return granted;
  }

  async allowLasting(): Promise<void> {
    if (!(await this.#persist())) this.#store.toast('The browser said no. Save the quests you want to keep as files.');
  }
}
