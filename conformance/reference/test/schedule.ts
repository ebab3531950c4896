/** Schedules from seeds: what happens when between two devices and on the network between them. */
import { type Fault, Twin, type TwinMessage } from "./our-device.ts";

/** What happened in one or more schedules. */
export interface ScheduleTally {
  schedules: number;
  events: number;
  opened: number;
  refused: Record<string, number>;
  crashes: number;
  divergences: number;
  acceptedReplays: number;
  /** Delivered, and of a kind that must be opened: not opened, though no crash took the answer. */
  lost: number;
  maxEpoch: number;
  firstDivergence: string | undefined;
}

export function emptyScheduleTally(): ScheduleTally {
  const none = { schedules: 0, events: 0, opened: 0, crashes: 0, divergences: 0, acceptedReplays: 0, lost: 0 };
  return { ...none, refused: {}, maxEpoch: 0, firstDivergence: undefined };
}

/** Numbers from 0 to 1 that follow from a seed (mulberry32). */
function createChance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

interface Letter {
  readonly to: Twin;
  readonly text: string;
  readonly message: TwinMessage;
  isDelivered: boolean;
}

/** One schedule of `events` events. `spoils`: the model gets other bytes now and then, which must show. */
export async function runSchedule(
  { seed, events, spoils = false }: { readonly seed: number; readonly events: number; readonly spoils?: boolean },
  tally: ScheduleTally,
): Promise<void> {
  const chance = createChance(seed);
  const twins = [new Twin(), new Twin()] as const;
  const loss = 0.3 * chance();
  // Mostly in order, within a window of at most a thousand messages.
  const window = Math.ceil(1000 ** chance());
  const crashChance = chance() < 0.5 ? 0 : 0.1;
  const network: Letter[] = [];
  const faultOrNot = (): Fault | undefined =>
    chance() < crashChance ? { call: Math.floor(chance() * 4), isAfter: chance() < 0.5 } : undefined;
  if (chance() < 0.5) for (const [i, twin] of twins.entries()) await twin.start(otherOf(twins, i).publish());
  tally.schedules++;
  for (let event = 0; event < events; event++) {
    tally.events++;
    const i = chance() < 0.5 ? 0 : 1;
    const [from, to] = [twins[i], otherOf(twins, i)];
    if (chance() < 0.01) await from.reset(faultOrNot());
    for (let count = chance() < 0.05 ? 40 : 1; count > 0; count--) {
      const text = `seed ${seed}, event ${event}, ${count}`;
      let message = await from.encrypt(text, faultOrNot());
      if (message === "no-session") {
        await from.start(to.publish());
        message = await from.encrypt(text);
      }
      if (message === undefined || message === "no-session") tally.crashes++;
      else if (chance() > loss) network.push({ to, text, message, isDelivered: false });
    }
    for (
      let count = network.length > window ? 2 + network.length - window : 1 + Math.floor(chance() * 3);
      count > 0;
      count--
    ) {
      const letter = network[Math.floor(chance() ** 2 * Math.min(window, network.length))];
      if (letter === undefined) continue;
      await deliver(letter, { fault: faultOrNot(), seed, spoils }, tally);
      if (chance() > 0.1) network.splice(network.indexOf(letter), 1);
    }
    const epoch = twins[0].model.current?.quantum.braid.epoch ?? 0;
    tally.maxEpoch = Math.max(tally.maxEpoch, epoch);
  }
}

function otherOf(twins: readonly [Twin, Twin], i: number): Twin {
  return i === 0 ? twins[1] : twins[0];
}

async function deliver(
  letter: Letter,
  { fault, seed, spoils }: { readonly fault: Fault | undefined; readonly seed: number; readonly spoils: boolean },
  tally: ScheduleTally,
): Promise<void> {
  const outcome = await letter.to.decrypt(spoils ? spoilt(letter.message) : letter.message, fault);
  if (outcome === undefined) {
    tally.crashes++;
    return;
  }
  const { ours, model } = outcome;
  if (ours !== model) {
    tally.divergences++;
    tally.firstDivergence ??= `seed ${seed}, ${letter.text}: ours ${ours}, model ${model}`;
  }
  if (ours === `text: ${letter.text}`) {
    tally.opened++;
    if (letter.isDelivered) tally.acceptedReplays++;
  } else {
    tally.refused[ours] = (tally.refused[ours] ?? 0) + 1;
    if (model === `text: ${letter.text}`) tally.lost++;
  }
  letter.isDelivered = true;
}

function spoilt({ ours, model }: TwinMessage): TwinMessage {
  const bytes = model.bytes.slice();
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  return { ours, model: { ...model, bytes } };
}
