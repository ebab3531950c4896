/**
 * A receiver of webhooks: verifies, stores each delivery once, still sealed, and answers. Start it with a folder and the keys of the
 * gateway (`coterie webhooks keys`), behind a TLS proxy:
 *
 *     node examples/webhook-receiver.ts deliveries whpk_…
 *
 * Each delivery becomes one file, named by its id. A name that exists means that the delivery was stored before: that is the
 * whole protection against repetitions, and it survives a restart.
 */
import { link, mkdir, open, rm } from "node:fs/promises";
import { createServer, type IncomingMessage } from "node:http";
import { join } from "node:path";
import { nodePrimitives as primitives } from "@coterie/primitives/node";
import { parseWebhookKey, verifyWebhook, webhookLimits } from "@coterie/webhook";

const [folder = "deliveries", ...keyTexts] = process.argv.slice(2);
const keys = keyTexts.map(parseWebhookKey);
await mkdir(folder, { recursive: true, mode: 0o700 });

const server = createServer((request, response) => {
  receive(request).then(
    (status) => response.writeHead(status).end(),
    // Forged, replayed or malformed: whoever sent it learns nothing but "no".
    () => response.writeHead(400).end(),
  );
});
server.listen(Number(process.env["PORT"] ?? 8090), "127.0.0.1", () => {
  const address = server.address();
  process.stdout.write(`listens on ${typeof address === "object" ? (address?.port ?? 0) : 0}\n`);
});

async function receive(request: IncomingMessage): Promise<number> {
  const body = await readBody(request);
  const { id } = verifyWebhook(
    { primitives, now: Date.now },
    // The file system tells repetitions below.
    { headers: request.headers, body, keys, toleranceS: webhookLimits.toleranceS, seen: { has: () => false } },
  );
  await storeOnce(id, body);
  return 204;
}

async function readBody(request: IncomingMessage): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let lengthBytes = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    lengthBytes += bytes.length;
    if (lengthBytes > webhookLimits.bodyBytes) throw new Error("too large");
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

/** On the disk, whole and once, before the sender is told so. */
async function storeOnce(id: string, body: Uint8Array): Promise<void> {
  const unfinished = join(folder, `${id}.${process.pid}.${performance.now()}.part`);
  const file = await open(unfinished, "wx", 0o600);
  try {
    await file.writeFile(body);
    await file.sync();
  } finally {
    await file.close();
  }
  // A link, unlike a rename, fails where the name is taken.
  await link(unfinished, join(folder, `${id}.json`)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  await rm(unfinished);
}
