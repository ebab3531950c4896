import { format, inspect } from "node:util";
import { encodeUtf8, Plaintext, SecretDestroyedError, SecretKey, SecretSerialisedError } from "@coterie/bytes";
import { describe, expect, it, vi } from "vitest";

const canary = "canary-7f3a";
// As text, in hexadecimal, in base64 and as a list of numbers.
const canaryForms = [canary, "63616e617279", "Y2FuYXJ5", "99, 97, 110", "99,97,110"];

const holders = [
  ["a secret key", () => SecretKey.copyOf("example", encodeUtf8(canary)), "[secret key: example]"],
  ["plain text", () => Plaintext.fromText(canary), "[plain text]"],
] as const;

describe.each(holders)("%s", (_name, make, shown) => {
  it("shows only what it is, in text, templates and inspection", () => {
    const secret = make();
    const printed = [
      String(secret),
      `${secret as unknown as string}`, // cast: what a careless caller writes
      secret.toString(),
      inspect(secret),
      inspect({ deep: { secret } }, { depth: 9, showHidden: true, getters: true }),
      format("%s %o %O %j", secret, secret, secret, "x"),
      inspect(new Map([[secret, secret]])),
      inspect(new Error("failed", { cause: secret })),
    ];
    for (const text of printed) {
      expect(text).toContain(shown);
      expectNoCanary(text);
    }
  });

  it("shows only what it is on the console", () => {
    const written: unknown[] = [];
    const spy = vi.spyOn(process.stdout, "write").mockImplementation((chunk) => written.push(chunk) > 0);
    try {
      process.stdout.write(format(make()));
    } finally {
      spy.mockRestore();
    }
    expectNoCanary(written.join(""));
    expect(written.join("")).toContain(shown);
  });

  it("throws instead of becoming JSON", () => {
    expect(() => JSON.stringify(make())).toThrow(SecretSerialisedError);
    expect(() => JSON.stringify({ deep: [make()] })).toThrow(SecretSerialisedError);
  });

  it("loses its content in a structured clone, a spread and a list of keys", () => {
    const secret = make();
    const clone: unknown = structuredClone(secret);
    expectNoCanary(inspect(clone, { showHidden: true, depth: 9 }));
    expectNoCanary(JSON.stringify(clone));
    expectNoCanary(JSON.stringify(Object.assign({}, secret)));
    expectNoCanary(inspect(Reflect.ownKeys(secret).map((key) => Reflect.get(secret, key))));
    expect(Object.entries(secret).every(([key]) => key === "use")).toBe(true);
  });

  it("wipes its bytes when it is destroyed, and says so afterwards", () => {
    const secret = make();
    const bytes = secret instanceof SecretKey ? secret.exposeSecretBytes() : secret.exposePlainBytes();
    secret.destroy();
    secret.destroy();
    expect(bytes.every((byte) => byte === 0)).toBe(true);
    expect(() => (secret instanceof SecretKey ? secret.exposeSecretBytes() : secret.exposePlainBytes())).toThrow(
      SecretDestroyedError,
    );
  });
});

describe("secret keys", () => {
  it("copy with copyOf and take over with own", () => {
    const source = encodeUtf8(canary);
    const [copied, owned] = [SecretKey.copyOf("example", source), SecretKey.own("example", source)];
    expect(owned.exposeSecretBytes()).toBe(source);
    source.fill(0);
    expect(copied.exposeSecretBytes()).toEqual(encodeUtf8(canary));
    expect([copied.destroyed, (copied.destroy(), copied.destroyed)]).toEqual([false, true]);
  });

  it("cannot be imitated: a look-alike has no bytes", () => {
    const imitation = Object.create(SecretKey.prototype) as SecretKey<"example">; // cast: what a forger would write
    expect(() => imitation.exposeSecretBytes()).toThrow(TypeError);
  });
});

describe("plain text", () => {
  it("gives text and length, and refuses what is not UTF-8 without showing it", () => {
    expect(Plaintext.fromText("jané").lengthBytes).toBe(5);
    expect(Plaintext.fromText("jané").exposeText()).toBe("jané");
    const broken = Plaintext.copyOf(Uint8Array.of(...encodeUtf8(canary), 0xff));
    expect(() => broken.exposeText()).toThrow(/^the plain text is not UTF-8$/);
    expect(() => Plaintext.fromText("\ud800")).toThrow("lone surrogate");
  });
});

function expectNoCanary(text: string): void {
  for (const form of canaryForms) expect(text).not.toContain(form);
}
