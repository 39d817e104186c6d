/** Where waiting writes live: IndexedDB, so that they outlive the page. */

export interface Write {
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  url: string;
  /** Sent as JSON. */
  body?: unknown;
  /** What it is, for the person: shown where the server refuses it for good. */
  title?: string;
}

export interface Waiting extends Write {
  /** Rising in the order in which writes were given. */
  number: number;
  /** The same at each try, so that the server stores the write once. */
  key: string;
  /** When it was given, ms since 1970. */
  at: number;
}

export interface Refused extends Waiting {
  status: number;
  code: string;
  message: string;
}

interface Lease {
  id: 'sender';
  owner: string;
  until: number;
}

export class WriteStore {
  #opening: Promise<IDBDatabase> | null = null;

  constructor(
    readonly name: string,
    readonly factory: IDBFactory = indexedDB,
  ) {}

  async add(write: Omit<Waiting, 'number'>): Promise<number> {
    return (await this.#do('waiting', 'readwrite', (store) => store.add(write))) as number;
  }

  /** The write that is next, or null. */
  async first(): Promise<Waiting | null> {
    const cursor = await this.#do('waiting', 'readonly', (store) => store.openCursor());
    return (cursor?.value as Waiting | undefined) ?? null;
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

  /** Puts a write aside; from now on the next one is first. */
  async setAside(write: Refused): Promise<void> {
    const database = await this.#open();
    const transaction = database.transaction(['waiting', 'refused'], 'readwrite');
    transaction.objectStore('refused').put(write);
    transaction.objectStore('waiting').delete(write.number);
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
      const { status: _, code: __, message: ___, ...waiting } = write;
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
    return free;
  }

  async release(owner: string): Promise<void> {
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
    this.#opening ??= new Promise((resolve, reject) => {
      const request = this.factory.open(this.name, 1);
      request.onupgradeneeded = () => {
        request.result.createObjectStore('waiting', { keyPath: 'number', autoIncrement: true });
        request.result.createObjectStore('refused', { keyPath: 'number' });
        request.result.createObjectStore('lease', { keyPath: 'id' });
      };
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => {
        this.#opening = null;
        reject(
          new Error(
            'This browser keeps nothing for Fieldguide, so answers cannot wait for the server. ' +
              'Allow site data for this address, or leave the private window.',
            { cause: request.error },
          ),
        );
      };
    });
    return this.#opening;
  }
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
