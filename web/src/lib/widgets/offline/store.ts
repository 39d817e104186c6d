/** Where waiting writes live: IndexedDB, so that they outlive the page. */

export interface Write {
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  url: string;
  /** Sent as JSON. */
  body?: unknown;
  /** What it is, for the person: shown where the server refuses it for good. */
  title?: string;
  /** A name for it, by which a later write can take it back. */
  id?: string;
  /** The name of the write that this one takes back. */
  undoes?: string;
}

export interface Waiting extends Write {
  /** Rising in the order in which writes were given. */
  number: number;
  /** The same at each try, so that the server stores the write once. */
  key: string;
  /** When it was given, ms since 1970. */
  at: number;
  /** Set before the first try: from then on the server may have it. */
  tried?: true;
}

export interface Refused extends Waiting {
  status: number;
  code: string;
  message: string;
  details?: unknown;
}

/** What is left to take back of a write that the server has refused, or null for nothing. */
export type Remains = (refused: Refused, undoing: Write) => Write | null;

interface Lease {
  id: 'sender';
  owner: string;
  until: number;
}

export class WriteStore {
  #opening: Promise<IDBDatabase> | null = null;
  /** Whether this window has the right to send, as far as it knows. */
  #leased = false;

  constructor(
    readonly name: string,
    readonly factory: IDBFactory = indexedDB,
  ) {}

  /** Takes a write. One that takes back another which never left goes away together with it; of one
   * that was refused, it takes back what `remains` says. */
  async add(write: Omit<Waiting, 'number'>, remains: Remains): Promise<void> {
    const database = await this.#open();
    const transaction = database.transaction(['waiting', 'refused'], 'readwrite');
    const waiting = transaction.objectStore('waiting');
    const left = await this.#unlessUndone(transaction, write, remains);
    if (left !== null) waiting.add(left);
    await ended(transaction);
  }

  async #unlessUndone(
    transaction: IDBTransaction,
    write: Omit<Waiting, 'number'>,
    remains: Remains,
  ): Promise<Omit<Waiting, 'number'> | null> {
    if (write.undoes === undefined) return write;
    const wanted = ({ id }: Waiting) => id === write.undoes;
    const waiting = transaction.objectStore('waiting');
    const held = await newest(waiting, wanted);
    if (held !== null) {
      if (held.tried === true) return write;
      waiting.delete(held.number);
      return null;
    }
    const refused = transaction.objectStore('refused');
    const aside = (await newest(refused, wanted)) as Refused | null;
    if (aside === null) return write;
    refused.delete(aside.number);
    const left = remains(aside, write);
    return left === null ? null : { ...write, ...left };
  }

  /** The write that is next, noted as tried; null where none waits. Only after this may it be sent:
   * a write that was never tried can be taken out of the line again. */
  async next(): Promise<Waiting | null> {
    const database = await this.#open();
    const transaction = database.transaction('waiting', 'readwrite');
    const store = transaction.objectStore('waiting');
    const cursor = await answered(store.openCursor());
    const write = (cursor?.value as Waiting | undefined) ?? null;
    if (write !== null && write.tried !== true) store.put({ ...write, tried: true });
    await ended(transaction);
    return write === null ? null : { ...write, tried: true };
  }

  async remove(number: number): Promise<void> {
    await this.#do('waiting', 'readwrite', (store) => store.delete(number));
  }

  async count(): Promise<number> {
    return this.#do('waiting', 'readonly', (store) => store.count());
  }

  async refused(): Promise<Refused[]> {
    return this.#do('refused', 'readonly', (store) => store.getAll() as IDBRequest<Refused[]>);
  }

  /** Puts a write aside; from now on the next one is first. One that has been taken back meanwhile
   * is not kept, and what takes it back is left with what `remains` says. */
  async setAside(write: Refused, remains: Remains): Promise<void> {
    const database = await this.#open();
    const transaction = database.transaction(['waiting', 'refused'], 'readwrite');
    const waiting = transaction.objectStore('waiting');
    waiting.delete(write.number);
    const undoing =
      write.id === undefined ? null : await newest(waiting, ({ undoes }) => undoes === write.id);
    if (undoing === null) {
      transaction.objectStore('refused').put(write);
    } else {
      const left = remains(write, undoing);
      if (left === null) waiting.delete(undoing.number);
      else waiting.put({ ...undoing, ...left });
    }
    await ended(transaction);
  }

  /** Lets a write that was put aside wait once more, in its old place. Returns whether it was there. */
  async putBack(number: number): Promise<boolean> {
    const database = await this.#open();
    const transaction = database.transaction(['waiting', 'refused'], 'readwrite');
    const write = await answered<Refused | undefined>(
      transaction.objectStore('refused').get(number),
    );
    if (write !== undefined) {
      const { status: _, code: __, message: ___, details: ____, ...waiting } = write;
      transaction.objectStore('waiting').put(waiting);
      transaction.objectStore('refused').delete(number);
    }
    await ended(transaction);
    return write !== undefined;
  }

  async discard(number: number): Promise<void> {
    await this.#do('refused', 'readwrite', (store) => store.delete(number));
  }

  /** Takes or renews the right to send, which one window has at a time. Returns whether it is had. */
  async lease(owner: string, now: number, until: number): Promise<boolean> {
    const database = await this.#open();
    const transaction = database.transaction('lease', 'readwrite');
    const store = transaction.objectStore('lease');
    const held = await answered<Lease | undefined>(store.get('sender'));
    const free = held === undefined || held.owner === owner || held.until <= now;
    if (free) store.put({ id: 'sender', owner, until } satisfies Lease);
    await ended(transaction);
    this.#leased = free;
    return free;
  }

  /** Gives the right to send away while the page is being closed, where nothing can be waited for:
   * so it is one request, without a look at who has it. */
  async letGo(owner: string): Promise<void> {
    if (!this.#leased) return;
    this.#leased = false;
    const database = await this.#open();
    const transaction = database.transaction('lease', 'readwrite');
    transaction.objectStore('lease').put({ id: 'sender', owner, until: 0 } satisfies Lease);
    transaction.commit();
  }

  async release(owner: string): Promise<void> {
    this.#leased = false;
    const database = await this.#open();
    const transaction = database.transaction('lease', 'readwrite');
    const store = transaction.objectStore('lease');
    const held = await answered<Lease | undefined>(store.get('sender'));
    if (held?.owner === owner) store.delete('sender');
    await ended(transaction);
  }

  async close(): Promise<void> {
    const opening = this.#opening;
    this.#opening = null;
    if (opening !== null) (await opening.catch(() => null))?.close();
  }

  async #do<T>(
    name: string,
    mode: IDBTransactionMode,
    ask: (store: IDBObjectStore) => IDBRequest<T>,
  ): Promise<T> {
    const database = await this.#open();
    const transaction = database.transaction(name, mode);
    const request = ask(transaction.objectStore(name));
    // A write counts only once its transaction has ended: then it is on the disk.
    await ended(transaction);
    return request.result;
  }

  #open(): Promise<IDBDatabase> {
    if (this.#opening === null) {
      const opening = this.#openNew();
      this.#opening = opening;
      // The next write tries anew.
      opening.catch(() => {
        if (this.#opening === opening) this.#opening = null;
      });
    }
    return this.#opening;
  }

  #openNew(): Promise<IDBDatabase> {
    return new Promise((resolve, reject) => {
      const request = this.factory.open(this.name, 1);
      request.onupgradeneeded = () => {
        request.result.createObjectStore('waiting', { keyPath: 'number', autoIncrement: true });
        request.result.createObjectStore('refused', { keyPath: 'number' });
        request.result.createObjectStore('lease', { keyPath: 'id' });
      };
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => {
        reject(
          new Error(
            'This browser keeps nothing for Fieldguide, so answers cannot wait for the server. ' +
              'Allow site data for this address, or leave the private window.',
            { cause: request.error },
          ),
        );
      };
    });
  }
}

/** The write that fits and was given last, or null. */
function newest(store: IDBObjectStore, fits: (write: Waiting) => boolean): Promise<Waiting | null> {
  return new Promise((resolve, reject) => {
    const request = store.openCursor(null, 'prev');
    request.onsuccess = () => {
      const cursor = request.result;
      const write = (cursor?.value as Waiting | undefined) ?? null;
      if (cursor === null || write === null || fits(write)) resolve(write);
      else cursor.continue();
    };
    request.onerror = () => reject(request.error);
  });
}

function answered<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function ended(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
    transaction.onerror = () => reject(transaction.error);
  });
}
