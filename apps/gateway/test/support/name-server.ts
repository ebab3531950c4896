// A name server of the test's own, over real UDP: it answers what a table says, and counts who was asked for.
import { createSocket } from "node:dgram";
import { once } from "node:events";

/** What is known of a name: mail exchanges, whether it has an address, or how the server fails. */
export interface KnownName {
  readonly exchanges?: readonly string[];
  readonly hasAddress?: boolean;
  readonly fails?: "silence" | "server-failure";
}

export interface NameServer {
  readonly address: string;
  /** Names of the questions about mail exchanges, in order. */
  readonly asked: readonly string[];
  readonly close: () => Promise<void>;
}

const types = { a: 1, mx: 15 };

export async function startNameServer(names: Readonly<Record<string, KnownName>>): Promise<NameServer> {
  const socket = createSocket("udp4");
  const asked: string[] = [];
  socket.on("message", (question, from) => {
    const { name, type, end } = readQuestion(question);
    if (type === types.mx) asked.push(name);
    const known = names[name];
    if (known?.fails === "silence") return;
    const code = known === undefined ? 3 : known.fails === "server-failure" ? 2 : 0;
    const answers =
      type === types.mx
        ? (known?.exchanges ?? []).map((exchange) => Buffer.concat([Buffer.from([0, 10]), encodeName(exchange)]))
        : type === types.a && known?.hasAddress === true
          ? [Buffer.from([192, 0, 2, 1])]
          : [];
    const header = Buffer.alloc(12);
    header.writeUInt16BE(question.readUInt16BE(0), 0);
    header.writeUInt16BE(0x8180 | code, 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(answers.length, 6);
    const records = answers.map((data) => {
      const record = Buffer.alloc(12);
      // The name is the question's, at byte 12.
      record.writeUInt16BE(0xc00c, 0);
      record.writeUInt16BE(type, 2);
      record.writeUInt16BE(1, 4);
      record.writeUInt32BE(60, 6);
      record.writeUInt16BE(data.length, 10);
      return Buffer.concat([record, data]);
    });
    socket.send(Buffer.concat([header, question.subarray(12, end), ...records]), from.port, from.address);
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  const close = async (): Promise<void> => {
    const closed = once(socket, "close");
    socket.close();
    await closed;
  };
  return { address: `127.0.0.1:${socket.address().port}`, asked, close };
}

function readQuestion(message: Buffer): { readonly name: string; readonly type: number; readonly end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = message[at] ?? 0; length > 0; length = message[at] ?? 0) {
    labels.push(message.toString("latin1", at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join(".").toLowerCase(), type: message.readUInt16BE(at + 1), end: at + 5 };
}

function encodeName(name: string): Buffer {
  const labels = name.split(".").filter((label) => label !== "");
  return Buffer.concat([
    ...labels.map((label) => Buffer.from([label.length, ...Buffer.from(label, "latin1")])),
    Buffer.from([0]),
  ]);
}
