// What parent and members say to each other over Node's channel between processes.

/** What the story asks a member to do. */
export type Order =
  | { readonly kind: "found" }
  | { readonly kind: "card" }
  | { readonly kind: "join"; readonly genesis: string }
  | { readonly kind: "add"; readonly card: Card }
  | { readonly kind: "write"; readonly text: string }
  | { readonly kind: "remove"; readonly identity: string }
  | { readonly kind: "rotate" }
  /** `relay`: which of the relays this member reaches at the moment. */
  | { readonly kind: "sync"; readonly relay: string }
  | { readonly kind: "show" };

/** What somebody who wants in hands to a member, in hex. */
export interface Card {
  readonly identity: string;
  readonly sealingKey: string;
}

/** What a member shows of its room. */
export interface Shown {
  readonly list: readonly string[];
  readonly finalBlocks: number;
  readonly members: number;
  readonly waiting: number;
  readonly alarms: readonly string[];
}

/** From the story to a member. */
export type ToMember =
  | { readonly kind: "order"; readonly id: number; readonly order: Order }
  | { readonly kind: "answer"; readonly id: number; readonly message: string };

/** From a member to the story. */
export type ToStory =
  | { readonly kind: "done"; readonly id: number; readonly result: unknown }
  | { readonly kind: "failed"; readonly id: number; readonly message: string }
  /** A message for a relay, in base64; the relay cannot read what is inside. */
  | { readonly kind: "question"; readonly id: number; readonly relay: string; readonly message: string };
