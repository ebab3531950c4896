/** The suite over the whole of Wycheproof, for Node and for browsers. */
import type { Primitives } from "@coterie/primitives";
import { describe, expect, it } from "vitest";
import { judge, type Subject, type Tally, type WycheproofFile } from "./cases.ts";
import { librarySubjects } from "./libraries.ts";
import { ourSubjects } from "./ours.ts";
import { wycheproofCases } from "./table.ts";

/** What the suite runs on. */
export interface WycheproofRun {
  /** Appears in the names of the tests: "Node", "Chromium". */
  readonly platform: string;
  /** Undefined where the folder of vectors is absent: everything is then skipped, visibly. */
  readonly readVector: ((path: string) => Promise<WycheproofFile>) | undefined;
  readonly backends: readonly Primitives[];
}

/** Describes the suite: every file once for each backend that it concerns, then the sum. */
export async function describeWycheproof({ platform, readVector, backends }: WycheproofRun): Promise<void> {
  const libraries = await librarySubjects();
  const tallyByFile = new Map<string, Tally>();

  describe.skipIf(readVector === undefined)(`Wycheproof in ${platform}`, () => {
    for (const [name, cases] of Object.entries(wycheproofCases)) {
      it(`accepts and refuses what it should in ${name}`, async () => {
        const file = await (readVector as NonNullable<typeof readVector>)(`wycheproof/${name}_test.json`); // not skipped
        for (const subject of subjectsOf(name, { libraries, backends })) {
          const tally = await judge(file, subject);
          expect(tally.invalidAccepted).toEqual([]);
          expect(tally.validRefused).toEqual([]);
          expect(tally.cases).toBe(cases);
          if (name.startsWith("x25519")) expect(tally.zeroSecretsRefused).toBe(31);
          tallyByFile.set(name, tally);
        }
      });
    }

    it("runs 29 files with 6,713 cases", () => {
      const tallies = [...tallyByFile.values()];
      const sum = (count: (tally: Tally) => number): number =>
        tallies.reduce((total, tally) => total + count(tally), 0);
      const total = {
        files: tallies.length,
        cases: sum((tally) => tally.cases),
        validAccepted: sum((tally) => tally.validAccepted),
        validOutsideProfile: sum((tally) => tally.validOutsideProfile),
        acceptableAccepted: sum((tally) => tally.acceptableAccepted),
        acceptableRefused: sum((tally) => tally.acceptableRefused),
        contradicted: sum((tally) => tally.contradicted),
        invalidRefused: sum((tally) => tally.invalidRefused),
        validRefused: sum((tally) => tally.validRefused.length),
        invalidAccepted: sum((tally) => tally.invalidAccepted.length),
      };
      expect(total).toMatchObject({ files: 29, cases: 6713, validRefused: 0, invalidAccepted: 0, contradicted: 2 });
      console.info(
        `Wycheproof in ${platform} (${backends.map((b) => b.backend).join(", ")}): ${JSON.stringify(total)}`,
      );
    });
  });
}

function subjectsOf(
  name: string,
  {
    libraries,
    backends,
  }: { readonly libraries: Readonly<Record<string, Subject>>; readonly backends: readonly Primitives[] },
): readonly Subject[] {
  const library = libraries[name];
  const subjects = library ? [library] : backends.flatMap((backend) => ourSubjects(backend)[name] ?? []);
  if (subjects.length === 0) throw new Error(`nothing judges ${name}`);
  return subjects;
}
