/** Who makes blocks final: the last sentences of rule 4, docs/protocol/rooms.md §5.2. */
import type { Bytes } from "@coterie/bytes";
import type { ControlFacts } from "./control-facts.ts";
import { comparePlaces } from "./control-record.ts";
import type { Judgement } from "./judgement.ts";
import type { Membership } from "./membership.ts";

/** The writers of the last list that may write; if there is none, the first writer of the most senior admin, or member, that has one. */
export function findIndexers(
  facts: ControlFacts,
  { membership, judgement }: { readonly membership: Membership; readonly judgement: Judgement },
): readonly Bytes[] {
  const effective = facts.indexerLists.filter(
    (list) => facts.isIn(list.control, membership.set) && judgement.isGood(list),
  );
  const last = effective.toSorted(comparePlaces).at(-1)?.writers ?? [];
  const listed = last.filter((writer) => membership.isValidWriter(writer));
  if (listed.length > 0) return listed;
  const { members } = membership;
  const bySeniority = [
    ...members.filter(({ role }) => role === "admin"),
    ...members.filter(({ role }) => role === "member"),
  ];
  for (const member of bySeniority) {
    const first = membership.validWritersOf(member)[0];
    if (first !== undefined) return [first];
  }
  return [];
}
