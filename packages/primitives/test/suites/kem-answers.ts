/** Known answers of ML-KEM, and keys that it must refuse. */
import { concatBytes, encodeHex } from "@coterie/bytes";
import type { Kem, Primitives, RandomSource } from "@coterie/primitives";
import { describe, expect, it } from "vitest";
import { hex, type ReadVector } from "./vectors.ts";

interface AcvpFile {
  readonly testGroups: readonly {
    readonly tgId: number;
    readonly parameterSet?: string;
    readonly function?: string;
    readonly tests: readonly (Readonly<Record<string, string>> & { readonly tcId: string })[];
  }[];
}

/** Describes the suite for one backend; `systemRandom` drives the path that draws its own randomness, if there is one. */
export function describeKemAnswers(
  primitives: Primitives,
  { read, systemRandom }: { readonly read: ReadVector | undefined; readonly systemRandom: RandomSource },
): void {
  const kems: readonly (readonly [string, Kem])[] = [
    ["ML-KEM-768", primitives.mlKem768],
    ["ML-KEM-1024", primitives.mlKem1024],
  ];
  // skip: the folder of vectors is no part of the repository
  describe.skipIf(read === undefined)(`ML-KEM, ${primitives.backend} backend`, () => {
    const readVector = read as ReadVector; // the suite is skipped without it

    it.each(kems)("derives and encapsulates as NIST's ACVP does with %s", async (name, kem) => {
      const generation = await readAcvp(readVector, { folder: "ML-KEM-keyGen-FIPS203", name, job: undefined });
      const encapsulation = await readAcvp(readVector, {
        folder: "ML-KEM-encapDecap-FIPS203",
        name,
        job: "encapsulation",
      });
      expect([generation.length, encapsulation.length]).toEqual([25, 25]);
      for (const [{ d = "", z = "" }, { ek }] of generation) {
        const pair = kem.deriveKeyPair(concatBytes(hex(d), hex(z)));
        expect(encodeHex(pair.publicKey)).toBe(ek?.toLowerCase());
      }
      for (const [{ ek = "", m = "" }, { c, k }] of encapsulation) {
        const made = kem.encapsulate({ fill: (target) => target.set(hex(m)) }, hex(ek));
        expect(encodeHex(made.ciphertext)).toBe(c?.toLowerCase());
        expect(encodeHex(made.sharedSecret.exposeSecretBytes())).toBe(k?.toLowerCase());
      }
    });

    it.each(kems)("refuses every key of CCTV that is not reduced, with %s", async (name, kem) => {
      const lines = (await readVector<string>(`cctv/ML-KEM/modulus/${name}.txt.gz`)).trim().split("\n");
      expect(lines).toHaveLength(name === "ML-KEM-768" ? 780 : 1040);
      const drawn: RandomSource = { fill: (target) => target.fill(7) };
      for (const line of lines) {
        const publicKey = hex(line);
        expect(() => kem.encapsulate(drawn, publicKey)).toThrow("not reduced");
        expect(() => kem.encapsulate(systemRandom, publicKey)).toThrow("not reduced");
      }
    });

    it.each(kems)("encapsulates CCTV's unlucky sample with %s", async (name, kem) => {
      const sample = fieldsOf(await readVector<string>(`cctv/ML-KEM/unluckysample/${name}.txt`));
      const made = kem.encapsulate({ fill: (target) => target.set(hex(sample["m"] ?? "")) }, hex(sample["ek"] ?? ""));
      expect(encodeHex(made.ciphertext)).toBe(sample["c"]);
      expect(encodeHex(made.sharedSecret.exposeSecretBytes())).toBe(sample["K"]);
    });
  });
}

/** The lines "name = value" of a file of CCTV. */
export function fieldsOf(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(text.split("\n").map((line) => line.split(" = ") as [string, string])); // cast: a fixture
}

/** A test of ACVP. */
export type Fields = Readonly<Record<string, string>>;

/** Prompts and answers of one group of ACVP. */
export async function readAcvp(
  readVector: ReadVector,
  { folder, name, job }: { readonly folder: string; readonly name: string; readonly job: string | undefined },
): Promise<(readonly [Fields, Fields])[]> {
  const place = `acvp/kem/mlkem/testdata/${folder}`;
  const prompt = await readVector<AcvpFile>(`${place}/prompt.json.gz`);
  const expected = await readVector<AcvpFile>(`${place}/expectedResults.json.gz`);
  const group = prompt.testGroups.find((g) => g.parameterSet === name && g.function === job);
  const answers = expected.testGroups.find((g) => g.tgId === group?.tgId);
  return (group?.tests ?? []).map((test, i) => [test, answers?.tests[i] ?? {}] as const);
}
