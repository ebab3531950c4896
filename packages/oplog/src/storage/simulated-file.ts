/** The content of one file on a simulated disk: what is durable, what programs see, and what happened in between. */
import type { Bytes } from "@coterie/bytes";
import type { Chance } from "../chance.ts";

/** What a disk writes whole or not at all, as far as anybody promises. */
export const sectorBytes = 512;

type Change =
  | { readonly kind: "write"; readonly at: number; readonly bytes: Bytes }
  | { readonly kind: "truncate"; readonly lengthBytes: number };

/** A file, whatever names it has. */
export class SimulatedFile {
  #durable: Bytes = new Uint8Array();
  #seen: Bytes = new Uint8Array();
  #sizeBytes = 0;
  #pending: Change[] = [];

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Another file with the content that programs see, all of it durable. */
  copy(): SimulatedFile {
    const copy = new SimulatedFile();
    copy.write(0, this.#seen.subarray(0, this.#sizeBytes));
    copy.sync();
    return copy;
  }

  read(at: number, lengthBytes: number): Bytes {
    return this.#seen.slice(Math.min(at, this.#sizeBytes), Math.min(at + lengthBytes, this.#sizeBytes));
  }

  write(at: number, bytes: Uint8Array): void {
    this.#pending.push({ kind: "write", at, bytes: new Uint8Array(bytes) });
    const sizeBytes = Math.max(this.#sizeBytes, at + bytes.length);
    if (sizeBytes > this.#seen.length) this.#seen = resized(this.#seen, Math.max(sizeBytes, 2 * this.#seen.length));
    this.#seen.set(bytes, at);
    this.#sizeBytes = sizeBytes;
  }

  truncate(lengthBytes: number): void {
    this.#pending.push({ kind: "truncate", lengthBytes });
    this.#seen = resized(this.#seen.subarray(0, this.#sizeBytes), lengthBytes);
    this.#sizeBytes = lengthBytes;
  }

  sync(): void {
    for (const change of this.#pending) this.#durable = applied(this.#durable, change);
    this.#pending = [];
  }

  /** A sync that fails: some of it reached the disk, and the rest never will though programs go on seeing it. */
  loseSync(chance: Chance): void {
    this.#durable = this.#afterPowerCut(chance);
    this.#pending = [];
  }

  /** The file after a power cut: of what was not synchronised, any sectors are there, in any order, or parts of them. */
  cutPower(chance: Chance): void {
    this.#durable = this.#afterPowerCut(chance);
    this.#pending = [];
    this.#seen = this.#durable.slice();
    this.#sizeBytes = this.#seen.length;
  }

  /** Another bit where nobody wrote one. */
  flip(bit: number): void {
    for (const content of [this.#durable, this.#seen]) {
      if (bit >>> 3 < content.length) content[bit >>> 3] = (content[bit >>> 3] ?? 0) ^ (1 << (bit & 7));
    }
  }

  #afterPowerCut(chance: Chance): Bytes {
    // Some power cuts come right after the disk wrote nearly everything, some before it began.
    const kept = [0, 0.5, 0.9, 1][chance(4)] ?? 0;
    let content = this.#durable;
    for (const change of this.#pending) {
      if (change.kind === "write")
        for (const piece of piecesOf(change)) content = torn(content, { piece, kept, chance });
      else if (chance() < kept) content = applied(content, change);
    }
    return content;
  }
}

interface Piece {
  readonly at: number;
  readonly bytes: Uint8Array;
}

function piecesOf({ at, bytes }: Piece): Piece[] {
  const pieces: Piece[] = [];
  for (let from = at; from < at + bytes.length; ) {
    const to = Math.min(at + bytes.length, (Math.floor(from / sectorBytes) + 1) * sectorBytes);
    pieces.push({ at: from, bytes: bytes.subarray(from - at, to - at) });
    from = to;
  }
  return pieces;
}

/** A sector that was kept, or begun, or for which the file became longer and nothing more. */
function torn(
  content: Bytes,
  { piece, kept, chance }: { readonly piece: Piece; readonly kept: number; readonly chance: Chance },
): Bytes {
  if (chance() < kept) return written(content, piece);
  const fate = chance(4);
  if (fate === 0) return written(content, { at: piece.at, bytes: piece.bytes.subarray(0, chance(piece.bytes.length)) });
  return fate === 1 ? resized(content, Math.max(content.length, piece.at + piece.bytes.length)) : content;
}

function applied(content: Bytes, change: Change): Bytes {
  return change.kind === "write" ? written(content, change) : resized(content, change.lengthBytes);
}

function written(content: Bytes, { at, bytes }: Piece): Bytes {
  const longer = resized(content, Math.max(content.length, at + bytes.length));
  longer.set(bytes, at);
  return longer;
}

/** A copy of this length, with zeros behind the end. */
function resized(content: Uint8Array, lengthBytes: number): Bytes {
  const copy = new Uint8Array(lengthBytes);
  copy.set(content.subarray(0, lengthBytes));
  return copy;
}
