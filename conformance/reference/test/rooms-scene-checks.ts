/** What is wrong at the end of a scene, by the rules and by a rival of one of them. */
import type { Rules } from "../src/rooms/rules.ts";
import { builtOn, leaksIn, missingIn, theftsIn } from "./rooms-checks.ts";
import type { Scene } from "./rooms-scene.ts";

/** What is wrong at the end, in words. */
function wrongIn(scene: Scene): string[] {
  const leaks = leaksIn(scene).map(({ who, block }) => `${who} reads ${block}`);
  return [...leaks, ...theftsIn(scene), ...missingIn(scene, builtOn(scene))];
}

/** The same scene by the rules, and by a rival of one of them. */
export function both(
  play: (rules: Partial<Rules>) => Scene,
  rival: Partial<Rules>,
): { ours: string[]; rivals: string[] } {
  return { ours: wrongIn(play({})), rivals: wrongIn(play(rival)) };
}
