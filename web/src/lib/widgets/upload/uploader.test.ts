import { describe, expect, it } from 'vitest';
import { Transport } from '$lib/api/transport';
import type { ChosenFile } from './chosen-files';
import { Uploader, type UploaderOptions } from './uploader';

interface Stored {
  name: string;
  size: number;
  bytes: Uint8Array;
}

/** The server's side of the protocol, as it is written down. */
class Server {
  uploads: Stored[][] = [];
  finished: number[] = [];
  told: { without: number[] } | null = null;
  puts = 0;
  most = 0;
  #now = 0;
  /** Asked before each request: an answer here takes the place of the proper one. */
  before: (request: Request) => Response | Error | null = () => null;

  fetch = async (request: Request): Promise<Response> => {
    if (request.url.endsWith('/api/me')) return Response.json({ csrf_token: 't' });
    const early = this.before(request);
    if (early instanceof Error) throw early;
    if (early !== null) return early;
    const url = new URL(request.url);
    const [, , kind, id, part, number] = url.pathname.split('/');
    if (kind === 'datasets') {
      const { files } = (await request.json()) as { files: { name: string; size: number }[] };
      this.uploads.push(files.map((file) => ({ ...file, bytes: new Uint8Array() })));
      return Response.json(this.#describe(this.uploads.length - 1));
    }
    const upload = this.uploads[Number(id)];
    if (!upload) return problem(404, 'unknown_upload');
    if (request.method === 'GET') return Response.json(this.#describe(Number(id)));
    if (part === 'finish') {
      this.told = (await request.json()) as { without: number[] };
      const wanted = upload.filter((_, at) => !this.told?.without.includes(at));
      if (wanted.some(({ size, bytes }) => bytes.length < size)) return problem(422, 'incomplete');
      this.finished.push(Number(id));
      return Response.json({ id: 7, state: 'waiting' });
    }
    this.puts++;
    this.most = Math.max(this.most, ++this.#now);
    const piece = new Uint8Array(await request.arrayBuffer());
    await new Promise((resolve) => setTimeout(resolve, 1));
    this.#now--;
    const file = upload[Number(number)] as Stored;
    const offset = Number(url.searchParams.get('offset'));
    if (offset !== file.bytes.length)
      return problem(409, 'wrong_offset', { received: file.bytes.length });
    file.bytes = new Uint8Array([...file.bytes, ...piece]);
    return Response.json({ received: file.bytes.length });
  };

  #describe(id: number) {
    const files = this.uploads[id] as Stored[];
    return {
      id: String(id),
      files: files.map(({ name, size, bytes }, number) => ({
        number,
        name,
        size,
        received: bytes.length,
      })),
    };
  }
}

function problem(status: number, code: string, details: unknown = null): Response {
  return Response.json({ error: { code, message: `No: ${code}.`, details } }, { status });
}

class Memory {
  kept = new Map<string, string>();
  getItem = (name: string) => this.kept.get(name) ?? null;
  setItem = (name: string, value: string) => void this.kept.set(name, value);
  removeItem = (name: string) => void this.kept.delete(name);
}

const lost = () => new TypeError('Failed to fetch');

function file(name: string, length: number): ChosenFile {
  return {
    name,
    file: new Blob([Uint8Array.from({ length }, (_, at) => (at * 31 + length) % 256)]),
  };
}

async function bytesOf({ file: blob }: ChosenFile): Promise<number[]> {
  return [...new Uint8Array(await blob.arrayBuffer())];
}

function uploaderOn(server: Server, more: Partial<UploaderOptions> = {}) {
  const transport = new Transport({ fetch: server.fetch });
  return new Uploader({
    dataset: 'leaves & twigs',
    send: (url, init) => transport.send(`http://server.test${url}`, init),
    piece: 100,
    wait: async () => undefined,
    ...more,
  });
}

async function expectWhole(stored: Stored[] | undefined, files: ChosenFile[]) {
  expect(stored?.map(({ name }) => name)).toEqual(files.map(({ name }) => name));
  for (const [at, chosen] of files.entries()) {
    expect([...stored![at]!.bytes]).toEqual(await bytesOf(chosen));
  }
}

describe('Uploader', () => {
  it('sends files in pieces, four at a time, and finishes', async () => {
    const server = new Server();
    const files = Array.from({ length: 12 }, (_, at) => file(`f${10 + at}.jpg`, 50 + 37 * at));
    const uploader = uploaderOn(server);
    await uploader.start(files);
    await expectWhole(server.uploads[0], files);
    expect(server.most).toBe(4);
    expect(server.finished).toEqual([0]);
    expect(uploader.state).toMatchObject({
      doing: 'finished',
      files: 12,
      filesDone: 12,
      resumed: false,
      refused: [],
      job: { id: 7, state: 'waiting' },
    });
    expect(uploader.state.bytesDone).toBe(uploader.state.bytes);
  });

  it('sends an empty file and an empty choice', async () => {
    const server = new Server();
    await uploaderOn(server).start([file('empty', 0)]);
    await uploaderOn(server).start([]);
    expect(server.puts).toBe(0);
    expect(server.finished).toEqual([0, 1]);
  });

  it('gets everything over a network that fails every third time', async () => {
    const server = new Server();
    let requests = 0;
    server.before = () => (++requests % 3 === 0 ? lost() : null);
    const files = [file('a', 950), file('b', 420)];
    const uploader = uploaderOn(server);
    const seen = new Set<string>();
    uploader.subscribe(({ doing }) => seen.add(doing));
    await uploader.start(files);
    await expectWhole(server.uploads[0], files);
    expect([...seen]).toEqual(['resting', 'preparing', 'sending', 'paused', 'finished']);
  });

  it('goes on where the server stands when an answer was lost', async () => {
    const server = new Server();
    const proper = server.fetch;
    let puts = 0;
    server.fetch = async (request) => {
      const response = await proper(request);
      if (request.method === 'PUT' && ++puts % 2 === 1) throw lost();
      return response;
    };
    const files = [file('a', 730)];
    const uploader = uploaderOn(server);
    await uploader.start(files);
    await expectWhole(server.uploads[0], files);
    expect(uploader.state).toMatchObject({ doing: 'finished', bytesDone: 730 });
  });

  it('waits longer and longer while the server is away', async () => {
    const server = new Server();
    let tries = 0;
    server.before = () => (++tries <= 8 ? problem(503, 'busy') : null);
    const pauses: number[] = [];
    await uploaderOn(server, { wait: async (ms) => void pauses.push(ms) }).start([]);
    expect(pauses).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  });

  it('goes on after a reload, sending only what is missing', async () => {
    const server = new Server();
    const store = new Memory();
    const files = [file('a', 1000), file('b', 1000)];
    const first = uploaderOn(server, { store, parallel: 1 });
    server.before = () => {
      if (server.puts === 13) first.stop();
      return null;
    };
    await first.start(files);
    expect(first.state.doing).toBe('stopped');
    expect(server.finished).toEqual([]);
    server.before = () => null;
    const before = server.puts;
    const second = uploaderOn(server, { store });
    await second.start([...files].reverse());
    expect(second.state).toMatchObject({
      doing: 'finished',
      resumed: true,
      filesDone: 2,
      bytesDone: 2000,
    });
    await expectWhole(server.uploads[0], files);
    expect(server.uploads).toHaveLength(1);
    expect(server.puts - before).toBeLessThan(9);
    expect(store.kept.size).toBe(0);
  });

  it.each([
    ['other files are chosen', [file('c', 10)], (server: Server) => server],
    [
      'the server has forgotten',
      [file('a', 10)],
      (server: Server) => void (server.uploads[0] = undefined!),
    ],
  ])('begins anew where %s', async (_, files, change) => {
    const server = new Server();
    const store = new Memory();
    const first = uploaderOn(server, { store });
    server.before = (request) => (request.method === 'PUT' ? (first.stop(), null) : null);
    await first.start([file('a', 10)]);
    server.before = () => null;
    change(server);
    const second = uploaderOn(server, { store });
    await second.start(files);
    expect(second.state).toMatchObject({ doing: 'finished', resumed: false });
    expect(server.finished).toEqual([1]);
  });

  it('puts refused files aside, and leaves it to the person how to go on', async () => {
    const server = new Server();
    server.before = (request) =>
      request.url.includes('/files/1?') ? problem(415, 'no_picture') : null;
    const files = [file('a', 10), file('notes.exe', 10), file('c', 10)];
    const store = new Memory();
    const uploader = uploaderOn(server, { store, meaning: { folders: true } });
    await uploader.start(files);
    expect(uploader.state).toMatchObject({
      doing: 'incomplete',
      filesDone: 2,
      refused: [{ name: 'notes.exe', message: 'No: no_picture.' }],
    });
    expect(server.finished).toEqual([]);
    await uploader.retryRefused();
    expect(uploader.state.refused).toHaveLength(1);
    server.before = () => null;
    await uploader.leaveOutRefused();
    expect(uploader.state).toMatchObject({ doing: 'finished', files: 2, refused: [] });
    expect(server.uploads).toHaveLength(1);
    expect(server.finished).toEqual([0]);
    expect(server.told).toEqual({ folders: true, without: [1] });
    expect(store.kept.size).toBe(0);
  });

  it('says so where the server does not take the work up', async () => {
    const server = new Server();
    server.before = (request) =>
      request.url.endsWith('/finish') ? problem(409, 'no_space_left') : null;
    const uploader = uploaderOn(server);
    await uploader.start([file('a', 10)]);
    expect(uploader.state).toMatchObject({ doing: 'failed', reason: 'No: no_space_left.' });
  });

  it('tells a file that cannot be read any more from a lost network', async () => {
    const server = new Server();
    const gone = new Blob(['0123456789']);
    gone.slice = () =>
      ({ arrayBuffer: () => Promise.reject(new DOMException('', 'NotReadableError')) }) as Blob;
    const uploader = uploaderOn(server);
    await uploader.start([{ name: 'gone.jpg', file: gone }, file('a', 10)]);
    expect(uploader.state.doing).toBe('incomplete');
    expect(uploader.state.refused[0]!.message).toContain('cannot be read any more');
  });

  it.each([401, 403, 404])('stops altogether on %i', async (status) => {
    const server = new Server();
    server.before = (request) => (request.method === 'PUT' ? problem(status, 'no') : null);
    const uploader = uploaderOn(server);
    await uploader.start(Array.from({ length: 9 }, (_, at) => file(`f${at}`, 10)));
    expect(uploader.state).toMatchObject({ doing: 'failed', reason: 'No: no.', refused: [] });
    expect(server.finished).toEqual([]);
  });

  it('does not go round for ever with a server that never moves on', async () => {
    const server = new Server();
    server.before = (request) =>
      request.method === 'PUT' ? problem(409, 'wrong_offset', { received: 0 }) : null;
    const uploader = uploaderOn(server);
    await uploader.start([file('a', 10)]);
    expect(uploader.state.refused[0]!.message).toContain('do not agree');
  });

  it('does one thing at a time', async () => {
    const uploader = uploaderOn(new Server());
    const first = uploader.start([file('a', 10)]);
    await expect(uploader.start([])).rejects.toThrow('This uploader is at work');
    await first;
  });
});
