// A process that prepares stores and then hands out their blocks over the loopback interface. It runs no autobase while it does.
import { fork } from "node:child_process";
import { once } from "node:events";
import { connect as connectSocket, createServer } from "node:net";

/** Prepares in a process of its own and serves what that wrote; `use` gets the preparation's facts and the ports, one for each store. */
export async function withSupplier(preparation, options, use) {
  const child = fork(import.meta.filename, [preparation, JSON.stringify(options)], { execArgv: [] });
  const ended = once(child, "exit");
  try {
    const [facts] = await Promise.race([once(child, "message"), ended.then(([code]) => [{ failed: code }])]);
    if ("failed" in facts) throw new Error(`the supplier ended with ${facts.failed}`);
    return await use(facts);
  } finally {
    child.kill();
    await ended;
  }
}

/** Lets a peer replicate with the stores behind these ports; the function that it returns cuts the connections. */
export function connectToPorts(peer, ports) {
  const streams = ports.map((port) => {
    const stream = peer.replicate(true);
    const socket = connectSocket(port, "127.0.0.1");
    for (const end of [stream, socket]) end.on("error", () => {});
    stream.pipe(socket).pipe(stream);
    return stream;
  });
  return () => streams.forEach((stream) => stream.destroy());
}

async function serve(folder) {
  const { default: Corestore } = await import("corestore");
  const store = new Corestore(folder);
  await store.ready();
  const server = createServer((socket) => {
    const stream = store.replicate(false);
    for (const end of [stream, socket]) end.on("error", () => {});
    stream.pipe(socket).pipe(stream);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return server.address().port;
}

if (process.argv[1] === import.meta.filename) {
  process.once("disconnect", () => process.exit());
  const { preparations } = await import("./preparations.mjs");
  const [preparation, options] = process.argv.slice(2);
  const { supplied, ...facts } = await preparations[preparation](JSON.parse(options));
  process.send({ ...facts, ports: await Promise.all(supplied.map(serve)) });
}
