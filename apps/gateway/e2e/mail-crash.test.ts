// The outbox under kill -9: no mail is lost, and none that was written down as sent is sent again.
import { describe, it } from "vitest";
import { killWhileSending } from "./support/kill-while-sending.ts";

describe("a gateway that is killed while it sends", () => {
  it("loses no mail and repeats none that it wrote down, at 5 points", async () => {
    await killWhileSending({ kills: 5, people: 60 });
  });
});
