// Two organisations with one campaign: a lead with pages of its own, and a partner whose pages give to both.
import { type AgreementKeyPair, generateAgreementKeyPair } from "@coterie/primitives";
import { nodePrimitives as primitives, systemRandom as random } from "@coterie/primitives/node";
import { type ActionPage, ProofOfWork } from "@coterie/protocol";
import { setTimeout as delay } from "node:timers/promises";
import {
  activateKey,
  makeOrganisation,
  type TestOrganisation,
  uniqueName,
} from "../../apps/gateway/test/support/coalition.ts";
import { mailClient } from "../../apps/gateway/test/support/mail-world.ts";
import { pageKinds } from "./plan.ts";
import type { World } from "./world.ts";

export interface Organisation {
  readonly name: string;
  readonly id: string;
  readonly token: string;
  /** Every key that contacts of this run may be sealed to. */
  readonly keys: AgreementKeyPair[];
}

export interface Coalition {
  readonly lead: Organisation;
  readonly partner: Organisation;
  /** In the order of {@link pageKinds}, as forms see them now. */
  readonly pages: ActionPage[];
  /** The organisations that receive what is signed on a page. */
  readonly receiversOf: (page: number) => readonly Organisation[];
  /** Loads a page again, as a form does that was told its key is another now. */
  readonly reload: (page: number) => Promise<ActionPage>;
  readonly rotateLeadKey: () => Promise<void>;
}

export async function makeCoalition(world: World): Promise<Coalition> {
  const gateway = { address: world.address(), operatorToken: world.operatorToken };
  const [lead, partner] = [
    await makeOrganisation(gateway, { stem: "lead" }),
    await makeOrganisation(gateway, { stem: "partner" }),
  ];
  const names = await makePages({ world, lead, partner });
  const load = async (name: string): Promise<ActionPage> => {
    const { page } = await world.clients().actions.getPage({ name });
    if (page === undefined) throw new Error("no page");
    return page;
  };
  const pages = await Promise.all(names.map(load));
  const leading = organisationOf(lead);
  const partnering = organisationOf(partner);
  return {
    lead: leading,
    partner: partnering,
    pages,
    receiversOf: (page) => (pageKinds[page]?.coalition ? [partnering, leading] : [leading]),
    reload: async (page) => (pages[page] = await load(names[page] ?? "")),
    rotateLeadKey: async () => {
      const keys = generateAgreementKeyPair(primitives, random);
      leading.keys.push(keys);
      await untilDone(async () => await rotate({ ...lead, clients: world.clients(lead.token) }, keys));
    },
  };
}

/** Every step may be repeated: a gateway that dies in between may have taken it. */
async function rotate(owner: TestOrganisation, keys: AgreementKeyPair): Promise<void> {
  const { keys: known } = await owner.clients.organisations.listPublicKeys({});
  const isKnown = known.some(({ public: publicKey }) => Buffer.from(publicKey).equals(keys.publicKey));
  if (!isKnown) await owner.clients.organisations.importPublicKey({ public: keys.publicKey, label: "next" });
  await activateKey(owner, keys);
}

async function untilDone(act: () => Promise<void>): Promise<void> {
  for (let attempt = 0; attempt < 400; attempt++) {
    const done = await act().then(
      () => true,
      () => false,
    );
    if (done) return;
    await delay(250);
  }
  throw new Error("the key could not be rotated");
}

interface PagesInput {
  readonly world: World;
  readonly lead: TestOrganisation;
  readonly partner: TestOrganisation;
}

async function makePages({ world, lead, partner }: PagesInput): Promise<string[]> {
  const { campaign } = await lead.clients.organisations.createCampaign({
    name: uniqueName("viral"),
    title: "Keep the river clean",
    forcesDelivery: true,
    formSchema: "basic/1",
  });
  const campaignId = campaign?.id ?? "";
  await lead.clients.organisations.allowPartner({ campaignId, organisationId: partner.organisation.id });
  const names: string[] = [];
  for (const { sealing, coalition, asksWork } of pageKinds) {
    const runner = coalition ? partner : lead;
    const name = uniqueName("sign");
    const options = { campaignId, name, locale: "en", sealing, delivers: true, actionType: "petition" };
    const { page } = await runner.clients.organisations.createActionPage(options);
    const mails = { confirmSupporter: true, thankYou: true };
    await mailClient({ address: world.address() }, runner).setPageMails({ pageId: page?.id ?? "", mails });
    if (asksWork) {
      const proofOfWork = ProofOfWork.ON;
      await runner.clients.moderation.setPageProtection({ pageId: page?.id ?? "", proofOfWork });
    }
    names.push(name);
  }
  return names;
}

function organisationOf({ organisation, token, keys }: TestOrganisation): Organisation {
  return { name: organisation.name, id: organisation.id, token, keys: [keys] };
}
