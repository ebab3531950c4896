/** Whether blocks are void by one M, found once: every write and every view asks it of all blocks that are not final. */
import type { BlockIndex } from "@coterie/oplog";
import type { Membership } from "../membership/membership.ts";

const good = 1;
const isVoid = 2;

/** The answers of one membership; another one begins anew. */
export class VoidMemo {
  #membership: Membership | undefined;
  #answers: Uint8Array = new Uint8Array(0);

  /** What `judge` says, or said. */
  find(
    { membership, block }: { readonly membership: Membership; readonly block: BlockIndex },
    judge: () => boolean,
  ): boolean {
    if (membership !== this.#membership) {
      this.#membership = membership;
      this.#answers.fill(0);
    }
    const known = this.#answers[block] ?? 0;
    if (known !== 0) return known === isVoid;
    const answer = judge();
    if (block >= this.#answers.length) {
      const longer = new Uint8Array(Math.max(1_024, 2 * block));
      longer.set(this.#answers);
      this.#answers = longer;
    }
    this.#answers[block] = answer ? isVoid : good;
    return answer;
  }
}
