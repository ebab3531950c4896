import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, get, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sendAnswer } from "../src/http/answer.ts";
import { createStaticFiles, fileAnswer } from "../src/http/static-files.ts";

const script = `${"export const alice = 1;\n".repeat(200)}`;
const hashed = "texts-en-0123456789abcdef.js";
let folder: string;
let server: Server;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "coterie-files-"));
  for (const name of ["frame.js", hashed]) await writeFile(join(folder, name), script);
  const files = createStaticFiles(folder);
  server = createServer((request, response) => {
    const name = (request.url ?? "").slice(1);
    void files
      .find(name)
      .then(async (file) => sendAnswer(request, response, await fileAnswer(file, { name, request })));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
});

afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true, force: true });
});

interface Got {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

async function ask(name: string, headers: Record<string, string> = {}): Promise<Got> {
  // cast: a TCP server's address is an object
  const { port } = server.address() as AddressInfo;
  const [response] = await once(get({ port, host: "127.0.0.1", path: `/${name}`, headers }), "response");
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(Buffer.from(part));
  return { status: response.statusCode, headers: response.headers, body: Buffer.concat(parts) };
}

describe("files of the widget", () => {
  it("come in the smallest encoding that the client takes, and decode to the same bytes", async () => {
    const brotli = await ask("frame.js", { "accept-encoding": "gzip, deflate, br" });
    expect(brotli.headers["content-encoding"]).toBe("br");
    expect(brotliDecompressSync(brotli.body).toString()).toBe(script);
    const gzip = await ask("frame.js", { "accept-encoding": "br;q=0, GZIP;q=0.5" });
    expect(gzip.headers["content-encoding"]).toBe("gzip");
    expect(gunzipSync(gzip.body).toString()).toBe(script);
    expect(gzip.headers["content-length"]).toBe(String(gzip.body.length));
    for (const accepted of [undefined, "", "identity", "gzip;q=0", "gzip;q=0.000, br;q=0.0", "brr, xgzip"]) {
      const plain = await ask("frame.js", accepted === undefined ? {} : { "accept-encoding": accepted });
      expect(plain.headers["content-encoding"]).toBeUndefined();
      expect(plain.body.toString()).toBe(script);
    }
  });

  it("say that they differ by encoding, and are not sent again to those who have them", async () => {
    const etags = new Set<string>();
    for (const encoding of ["br", "gzip", "identity"]) {
      const { headers } = await ask("frame.js", { "accept-encoding": encoding });
      expect(headers.vary).toBe("accept-encoding");
      etags.add(headers.etag ?? "");
      const again = await ask("frame.js", { "accept-encoding": encoding, "if-none-match": headers.etag ?? "" });
      expect([again.status, again.body.length]).toEqual([304, 0]);
      const other = await ask("frame.js", { "accept-encoding": encoding, "if-none-match": '"another"' });
      expect(other.status).toBe(200);
    }
    expect(etags.size).toBe(3);
  });

  it("may be kept for good under a name of their content, and for a minute under any other", async () => {
    expect((await ask(hashed)).headers["cache-control"]).toBe("public, max-age=31536000, immutable");
    expect((await ask("frame.js")).headers["cache-control"]).toBe("public, max-age=60");
    expect((await ask("texts-en-fedcba9876543210.js")).status).toBe(404);
  });

  it("are read again, and encoded again, when they changed", async () => {
    await writeFile(join(folder, "page.js"), "first");
    const first = await ask("page.js", { "accept-encoding": "gzip" });
    await writeFile(join(folder, "page.js"), "second, and longer");
    const second = await ask("page.js", { "accept-encoding": "gzip", "if-none-match": first.headers.etag ?? "" });
    expect(gunzipSync(first.body).toString()).toBe("first");
    expect(second.status).toBe(200);
    expect(gunzipSync(second.body).toString()).toBe("second, and longer");
  });
});
