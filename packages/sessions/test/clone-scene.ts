/** A device whose state was copied: both copies go on, as after a restored backup. */
import { nodePrimitives } from "@coterie/primitives/node";
import { labels } from "../src/labels.ts";
import { createPair } from "./two-devices.ts";

/** What became of pairs of copies. */
export interface CloneTally {
  pairs: number;
  sameKeyBeforeAnswer: number;
  sameKeyAfterAnswer: number;
  bothOpened: number;
  secondReported: number;
}

export function emptyCloneTally(): CloneTally {
  return { pairs: 0, sameKeyBeforeAnswer: 0, sameKeyAfterAnswer: 0, bothOpened: 0, secondReported: 0 };
}

/** Both copies write; one is answered; both write again. */
export function cloneAndSend({ seed }: { readonly seed: number }, tally: CloneTally): void {
  const keys: string[] = [];
  const primitives: typeof nodePrimitives = {
    ...nodePrimitives,
    hkdfSha256: (input) => {
      const derived = nodePrimitives.hkdfSha256(input);
      if (input.info === labels.messageKeys) keys.push(String(derived));
      return derived;
    },
  };
  const { alice, bob } = createPair(primitives, { seed });
  alice.start(bob.bundle);
  bob.open(alice.send("hello"));
  alice.open(bob.send("hello yourself"));
  for (let i = 0; i < seed % 5; i++) bob.open(alice.send("more"));
  const copy = alice.record;
  const [ofLive, keyOfLive] = [alice.send("of the live one"), keys.at(-1)];
  const live = alice.record;
  alice.record = copy;
  const [ofCopy, keyOfCopy] = [alice.send("of the copy"), keys.at(-1)];
  const copyAfter = alice.record;
  tally.pairs++;
  if (keyOfLive === keyOfCopy) tally.sameKeyBeforeAnswer++;
  const [first, second] = [bob.open(ofLive), bob.open(ofCopy)];
  if (first === "of the live one" && second === "of the copy") tally.bothOpened++;
  if (second === "duplicate") tally.secondReported++;
  alice.record = live;
  alice.open(bob.send("answer"));
  alice.send("after the answer");
  const keyAfter = keys.at(-1);
  alice.record = copyAfter;
  alice.send("of the copy, which got no answer");
  if (keys.at(-1) === keyAfter) tally.sameKeyAfterAnswer++;
}
