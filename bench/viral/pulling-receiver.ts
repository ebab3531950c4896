// A receiver that asks: pulls by cursor, stores, acknowledges. A fifth of what it pulled it throws away, as a program does that dies
// before it stored anything; a tenth it stores and does not acknowledge, as one that dies right after.
import { setTimeout as delay } from "node:timers/promises";
import type { Organisation } from "./coalition.ts";
import { ContactFile, type Receiver, type ReceiverFigures, type ReceiverSettings, refusalShare } from "./receivers.ts";
import type { World } from "./world.ts";

const pauseMs = 500;
const batch = 200;
const unacknowledgedShare = 0.1;

export function startPullingReceiver(
  world: World,
  { organisation, folder, chance }: ReceiverSettings & { readonly organisation: Organisation },
): Receiver {
  const figures: ReceiverFigures = { refused: 0, repeated: 0 };
  const store = new ContactFile(folder, organisation);
  const state = { stopped: false, refusing: true, absentUntilMs: 0 };
  /** One pull; true where there may be more. */
  const pull = async (gateway: Pick<World, "clients">): Promise<boolean> => {
    const { organisations } = gateway.clients(organisation.token);
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
      const waitMs = Math.max(pauseMs, state.absentUntilMs - performance.now());
      const more = waitMs > pauseMs ? false : await pull(world).catch(() => false);
      if (!more) await delay(Math.min(waitMs, pauseMs));
    }
  };
  const running = run();
  return {
    organisation,
    store,
    figures,
    pause: async (forMs) => {
      state.absentUntilMs = performance.now() + forMs;
      await delay(forMs);
    },
    stopRefusing: () => (state.refusing = false),
    drain: async (gateway) => {
      state.stopped = true;
      await running;
      while (await pull(gateway));
      await store.close();
    },
  };
}
