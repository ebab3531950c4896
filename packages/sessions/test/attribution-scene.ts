/** Four devices that all talk with each other, and a gateway that delivers what it likes to whom it likes. */
import { concatBytes } from "@coterie/bytes";
import { decodePrekeyMessage, type SessionMessage } from "../src/index.ts";
import { encodePrekeyMessage } from "../src/messages/prekey-message.ts";
import { type CipherDevice, createCipherDevice, decryptText, encryptText } from "./cipher-scene.ts";

const names = ["alice.1", "alice.2", "bob.1", "carol.1"] as const;
type Name = (typeof names)[number];

/** What one device wrote to another. */
interface Sent {
  readonly from: Name;
  readonly to: Name;
  readonly text: string;
  readonly message: SessionMessage;
}

/** How many deliveries there were, and how many of them showed a text under a name that did not write it to that device. */
export interface AttributionTally {
  deliveries: number;
  misattributed: number;
}

/** Devices that name each other in first messages. */
export class Neighbours {
  readonly #devices = new Map<Name, CipherDevice>();
  readonly #sent: Sent[] = [];

  constructor(seed: number) {
    for (const [i, name] of names.entries()) {
      const addressesOf = (peer: string) => ({ local: addressOf(name), peer: addressOf(peer) });
      this.#devices.set(name, createCipherDevice({ seed: seed * names.length + i, changes: { addressesOf } }));
    }
  }

  device(name: Name): CipherDevice {
    const device = this.#devices.get(name);
    if (device === undefined) throw new Error(name);
    return device;
  }

  /** Everybody writes to everybody: first messages, then answers, then messages after them. */
  async talk(): Promise<void> {
    for (const from of names) {
      for (const to of names) if (from < to) await this.device(from).cipher.start(to, this.device(to).publish());
    }
    for (const [from, to] of pairs((from, to) => from < to)) await this.#write(from, to, "first");
    for (const { from, to, message } of this.#sent.slice()) await decryptText(this.device(to), from, message);
    for (const round of ["second", "third"]) {
      for (const [from, to] of pairs((from, to) => from !== to)) await this.#write(from, to, round);
    }
  }

  async #write(from: Name, to: Name, round: string): Promise<void> {
    const text = `${round} of ${from} to ${to}`;
    this.#sent.push({ from, to, text, message: await encryptText(this.device(from), to, text) });
  }

  /** Delivers everything to every device under every name but where it belongs, and spliced with each other. */
  async deliverWrongly(tally: AttributionTally, most: number): Promise<void> {
    for (const sent of this.#sent) {
      for (const to of names) {
        for (const from of names) {
          if (from === to || (from === sent.from && to === sent.to)) continue;
          for (const message of [sent.message, ...this.#splices(sent)]) {
            if (tally.deliveries >= most) return;
            tally.deliveries++;
            if ((await this.#outcome(to, from, message)) === "shown") tally.misattributed++;
          }
        }
      }
    }
  }

  async #outcome(to: Name, from: Name, message: SessionMessage): Promise<"shown" | "refused"> {
    try {
      const opened = await this.device(to).cipher.decrypt(from, message);
      return opened.kind === "opened" ? "shown" : "refused";
    } catch {
      return "refused";
    }
  }

  /** The outer part of one first message around the inner one of another, and a MAC of another message. */
  #splices({ message }: Sent): SessionMessage[] {
    const other = this.#sent[(this.#sent.findIndex((sent) => sent.message === message) + 5) % this.#sent.length];
    if (other === undefined) return [];
    const { bytes } = other.message;
    const withOtherMac = concatBytes(message.bytes.slice(0, -8), bytes.slice(-8));
    const spliced: SessionMessage[] = [{ kind: message.kind, bytes: withOtherMac }];
    if (message.kind === "prekey") {
      const outer = decodePrekeyMessage(message.bytes);
      const inner = other.message.kind === "prekey" ? decodePrekeyMessage(bytes).message : bytes;
      spliced.push({ kind: "prekey", bytes: encodePrekeyMessage({ ...outer, message: inner }) });
    }
    return spliced;
  }
}

function pairs(keep: (from: Name, to: Name) => boolean): (readonly [Name, Name])[] {
  return names.flatMap((from) => names.filter((to) => keep(from, to)).map((to) => [from, to] as const));
}

/** 17 bytes of a service id and one of a device. */
export function addressOf(name: string): Uint8Array<ArrayBuffer> {
  const [person = "", device = ""] = name.split(".");
  const address = new Uint8Array(18);
  address.set(new TextEncoder().encode(person).subarray(0, 16), 1);
  address[17] = Number(device);
  return address;
}
