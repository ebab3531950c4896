/** Importing a public key at the gateway and activating it with a proof that its file opens. */
import { equalBytes } from "@coterie/bytes";
import { KeyState, type OrganisationKey } from "@coterie/protocol";
import { GatewayMisbehavedError } from "../errors.ts";
import type { SignedIn } from "../session/session.ts";
import type { KeyFacts } from "./key-facts.ts";
import type { AuthorityInput, KeyLogModel } from "./key-log-model.ts";
import type { KeyStage, KeyWorkshop } from "./key-workshop.ts";

/** What activating needs. */
export interface ActivationDeps {
  readonly session: Pick<SignedIn, "organisations" | "organisation">;
  readonly workshop: KeyWorkshop;
  /** Signs and publishes, where the organisation has a key log. */
  readonly changeLog: KeyLogModel["change"];
}

/** What the organisation's key authority signs a new key with. */
export interface RotationInput extends AuthorityInput {
  /** For how long the key is sealed to. */
  readonly validForMs: number;
  /** For how long forms that were loaded before may use the key before it. */
  readonly graceMs: number;
}

/** What is activated. */
export interface ActivationInput {
  readonly facts: KeyFacts;
  readonly fileText: string;
  readonly passphrase: string;
  /** What the list of keys shows. */
  readonly label: string;
  /** Where the organisation has a key log: there nothing else activates a key. */
  readonly rotation?: RotationInput | undefined;
  readonly onStage?: (stage: KeyStage) => void;
}

/** Imports where the gateway does not know the key, opens the challenge, and activates. Harmless when repeated. */
export async function activateKey(
  { session, workshop, changeLog }: ActivationDeps,
  input: ActivationInput,
): Promise<OrganisationKey> {
  const { organisations, organisation } = session;
  const { keyId, publicKey } = input.facts;
  const { keys } = await organisations.listPublicKeys({});
  const known = keys.find(({ id }) => id === keyId);
  if (known?.state === KeyState.ACTIVE && input.rotation === undefined) return known;
  if (known === undefined) {
    const { key } = await organisations.importPublicKey({ public: publicKey, label: input.label });
    if (key === undefined || key.id !== keyId || !equalBytes(key.public, publicKey)) {
      throw new GatewayMisbehavedError("the gateway imported another key than the one that was sent");
    }
  }
  const { challenge } = await organisations.startActivation({ keyId });
  const { fileText, passphrase, onStage, rotation } = input;
  const proof = await workshop.run(
    { kind: "prove", fileText, passphrase, challenge, organisationId: organisation.id },
    onStage,
  );
  const key =
    rotation === undefined
      ? (await organisations.activatePublicKey({ keyId, proof })).key
      : await rotate({ session, changeLog }, { rotation, facts: input.facts, proof, onStage });
  proof.fill(0);
  if (key?.id !== keyId) throw new GatewayMisbehavedError("the gateway activated another key");
  return key;
}

async function rotate(
  { session, changeLog }: Pick<ActivationDeps, "session" | "changeLog">,
  {
    rotation,
    facts,
    proof,
    onStage,
  }: Pick<ActivationInput, "facts"> & {
    readonly onStage: ActivationInput["onStage"] | undefined;
    readonly rotation: RotationInput;
    readonly proof: Uint8Array<ArrayBuffer>;
  },
): Promise<OrganisationKey | undefined> {
  const { validForMs, graceMs, ...authority } = rotation;
  await changeLog({
    authority,
    change: { kind: "rotate", publicKey: facts.publicKey, validForMs, graceMs },
    proof,
    ...(onStage === undefined ? {} : { onStage }),
  });
  const { keys } = await session.organisations.listPublicKeys({});
  return keys.find(({ id, state }) => id === facts.keyId && state === KeyState.ACTIVE);
}
