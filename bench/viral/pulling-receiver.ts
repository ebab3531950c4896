// A receiver that asks: pulls by cursor, stores, acknowledges. A fifth of what it pulled it throws away, as a program does that dies
// before it stored anything; a tenth it stores and does not acknowledge, as one that dies right after.
import { setTimeout as delay } from "node:timers/promises";
import {
  ContactFile,
  type Receiver,
  type ReceiverFigures,
  type ReceiverInput,
  refusalShare,
  type ReceiversGateway,
} from "./receivers.ts";

const pauseMs = 500;
const batch = 200;
const unacknowledgedShare = 0.1;

export function startPullingReceiver(
  gateway: ReceiversGateway,
  { organisation, folder, chance }: ReceiverInput,
): Receiver {
  const figures: ReceiverFigures = { refused: 0, repeated: 0, forged: 0 };
  const store = new ContactFile(folder, `${organisation.name}.pull`, organisation);
  const state = { stopped: false, refusing: true, absentUntilMs: 0 };
  /** One pull; true where there may be more. */
  const pull = async ({ clients }: Pick<ReceiversGateway, "clients">): Promise<boolean> => {
    const { organisations } = clients(organisation.token);
    const { contacts, nextCursor, more } = await organisations.pullContacts({ limit: batch });
    if (contacts.length === 0) return more;
    if (state.refusing && chance.hits(refusalShare)) {
      figures.refused++;
      return true;
    }
    figures.repeated += store.add(contacts);
    if (state.refusing && chance.hits(unacknowledgedShare)) return true;
    await organisations.acknowledgeContacts({ cursor: nextCursor });
    return more;
  };
  const run = async (): Promise<void> => {
    while (!state.stopped) {
      const isAbsent = performance.now() < state.absentUntilMs;
      const more = isAbsent ? false : await pull(gateway).catch(() => false);
      if (!more) await delay(pauseMs);
    }
  };
  const running = run();
  const stop = async (): Promise<void> => {
    state.stopped = true;
    await running;
  };
  return {
    kind: "pull",
    organisation,
    store,
    figures,
    pause: async (forMs) => {
      state.absentUntilMs = performance.now() + forMs;
      await delay(forMs);
    },
    follow: () => (state.refusing = false),
    drain: async (fortnight) => {
      await stop();
      while (await pull(fortnight));
      await store.close();
    },
    abandon: stop,
  };
}
