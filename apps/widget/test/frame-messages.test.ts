// The named check K5 at the level of functions: 100 forged messages to each side, none acted on.
import { describe, expect, it } from "vitest";
import { type ArrivedMessage, originOf, readEmbedMessage, readFrameMessage } from "../src/frame-messages.ts";

const frame = { name: "the frame's window" };
const gateway = "https://actions.example.org";
const site = "https://alpha.example.org";
const peer = { window: frame, origin: gateway };
const height = { type: "coterie/height/1", pixels: 700 };
const embed = {
  type: "coterie/embed/1",
  keys: "ckey1x",
  language: "en",
  scheme: "any",
  address: `${site}/act?utm_source=x`,
};

const strangers: readonly Pick<ArrivedMessage, "source" | "origin">[] = [
  { source: { name: "another window" }, origin: gateway },
  { source: null, origin: gateway },
  { source: undefined, origin: gateway },
  { source: frame, origin: "https://actions.example.org.evil.example" },
  { source: frame, origin: "https://evil.example" },
  { source: frame, origin: "http://actions.example.org" },
  { source: frame, origin: "https://actions.example.org:8443" },
  { source: frame, origin: "https://ACTIONS.example.org" },
  { source: frame, origin: "null" },
  { source: frame, origin: "" },
];

const payloads: readonly unknown[] = [
  height,
  { type: "coterie/signed/1", counter: 1 },
  { type: "coterie/title/1", title: "x" },
  JSON.stringify(height),
  [height],
  null,
  undefined,
  7,
  { ...height, extra: true },
  new Map(Object.entries(height)),
];

const malformed: readonly unknown[] = [
  ...payloads.slice(3, 8),
  new Map(Object.entries(height)),
  {},
  { type: "coterie/height/2", pixels: 1 },
  { type: "coterie/height/1" },
  { type: "coterie/height/1", pixels: "700" },
  { type: "coterie/height/1", pixels: Number.NaN },
  { type: "coterie/height/1", pixels: Number.POSITIVE_INFINITY },
  { type: "coterie/height/1", pixels: -1 },
  { type: "coterie/height/1", pixels: 1.5 },
  { type: "coterie/signed/1", counter: "1" },
  { type: "coterie/title/1", title: "x".repeat(5000) },
  { type: ["coterie/height/1"], pixels: 1 },
  Object.create(height),
];

describe("messages to the element", () => {
  it("are ignored from any other window or origin: 100 forgeries", () => {
    let forged = 0;
    for (const stranger of strangers)
      for (const data of payloads) {
        expect(readFrameMessage({ ...stranger, data }, peer)).toBeUndefined();
        forged++;
      }
    expect(forged).toBe(100);
  });

  it("are ignored where they are malformed, even from the frame", () => {
    for (const data of malformed)
      expect(readFrameMessage({ source: frame, origin: gateway, data }, peer)).toBeUndefined();
  });

  it("ask for a height within limits", () => {
    const read = (pixels: number) =>
      readFrameMessage({ source: frame, origin: gateway, data: { ...height, pixels } }, peer);
    expect(read(700)).toEqual(height);
    expect(read(0)).toEqual({ ...height, pixels: 200 });
    expect(read(1e9)).toEqual({ ...height, pixels: 6000 });
  });

  it("say nothing but what they are made of", () => {
    const data = { type: "coterie/signed/1", counter: 5, email: "alice@example.org" };
    expect(readFrameMessage({ source: frame, origin: gateway, data }, peer)).toEqual({
      type: "coterie/signed/1",
      counter: 5,
    });
  });
});

describe("messages to the frame", () => {
  const parent = { name: "the parent window" };
  const first = { window: parent, origin: undefined };

  it("tell how it is embedded, from the parent alone", () => {
    expect(readEmbedMessage({ source: parent, origin: site, data: embed }, first)).toEqual(embed);
    for (const source of [frame, null, undefined, { ...parent }])
      expect(readEmbedMessage({ source, origin: site, data: embed }, first)).toBeUndefined();
  });

  it("are ignored where the address is not of the sender's origin, or anything is malformed", () => {
    const changes: readonly unknown[] = [
      { ...embed, address: "https://evil.example/" },
      { ...embed, address: "javascript:alert(1)" },
      { ...embed, address: "no address" },
      { ...embed, keys: ["ckey1x"] },
      { ...embed, keys: "x".repeat(5000) },
      { ...embed, language: 5 },
      { ...embed, scheme: "dark" },
      { ...embed, type: "coterie/embed/2" },
      JSON.stringify(embed),
    ];
    for (const data of changes) expect(readEmbedMessage({ source: parent, origin: site, data }, first)).toBeUndefined();
    expect(
      readEmbedMessage({ source: parent, origin: "null", data: { ...embed, address: "data:text/html,x" } }, first),
    ).toBeUndefined();
  });
});

describe("originOf", () => {
  it.each([
    ["https://actions.example.org/widget/x.js", "https://actions.example.org"],
    ["http://localhost:8080", "http://localhost:8080"],
    ["javascript:alert(1)", ""],
    ["data:text/html,x", ""],
    ["//actions.example.org", ""],
    ["", ""],
  ])("%s", (address, origin) => {
    expect(originOf(address)).toBe(origin);
  });
});
