import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { commands } from "../src/commands.ts";
import { hintAtStrength } from "../src/keys/passphrases.ts";
import { parseGatewayAddress } from "../src/gateway/gateway-address.ts";
import { describeProgress, Progress } from "../src/terminal/progress.ts";
import { askHidden } from "../src/terminal/prompts.ts";
import { Terminal } from "../src/terminal/terminal.ts";
import { connectedPremises, coterie, mainFile, passphrase, temporaryFolder } from "./cli-process.ts";
import { startFixtureGateway } from "./fixture-gateway.ts";

/** A terminal whose two ends are in memory: what is typed, what is shown. */
function pipeTerminal({ columns = 60 } = {}) {
  const modes: boolean[] = [];
  const input = Object.assign(new PassThrough(), {
    isTTY: true as const,
    setRawMode: (mode: boolean) => void modes.push(mode),
  });
  const errors = Object.assign(new PassThrough(), { isTTY: true as const, columns });
  const output = new PassThrough();
  // cast: a stand-in for a terminal device, as far as prompts use one
  const terminal = new Terminal({ input: input as never, output, errors }, { quiet: false, json: false });
  const shown = (): string => String(errors.read() ?? "");
  return { terminal, input, errors, modes, shown };
}

describe("asking for a passphrase", () => {
  it("shows nothing of it, takes corrections, and gives the terminal back", async () => {
    const { terminal, input, modes, shown } = pipeTerminal();
    const answer = askHidden(terminal, "Passphrase: ");
    input.write("wrong\u0015corr");
    input.write("exx\u007f\bct\r");
    expect(await answer).toBe("correct");
    expect(shown()).toBe("Passphrase: \n");
    expect(modes).toEqual([true, false]);
  });

  it("hides what is typed before it asks, so that fast typing is not shown either", async () => {
    const { terminal, input, errors, modes } = pipeTerminal();
    const modesWhenAsked: boolean[] = [];
    errors.once("data", () => modesWhenAsked.push(...modes));
    const answer = askHidden(terminal, "Passphrase: ");
    input.write("correct\r");
    await answer;
    expect(modesWhenAsked).toEqual([true]);
  });

  it("stops on Ctrl-C and at the end of the input, giving the terminal back", async () => {
    for (const [end, code] of [
      ["\u0003", "cli/interrupted"],
      [undefined, "cli/passphrase-missing"],
    ] as const) {
      const { terminal, input, modes } = pipeTerminal();
      const answer = askHidden(terminal, "Passphrase: ");
      if (end === undefined) input.end("half");
      else input.write(`half${end}`);
      await expect(answer).rejects.toMatchObject({ code });
      expect(modes).toEqual([true, false]);
    }
  });

  it("asks twice on a real terminal, and refuses two different answers", async () => {
    const gateway = await startFixtureGateway();
    try {
      const { premises } = await connectedPremises(gateway);
      const different = await onTerminal(["keys", "new", "--premises", premises], [passphrase, "something else"]);
      // skip: without util-linux there is no terminal to try
      if (different === undefined) return;
      expect(different.said).toContain("the two passphrases differ");
      const made = await onTerminal(
        ["keys", "new", "--name", "asked", "--premises", premises],
        [passphrase, passphrase],
      );
      expect(made?.said).toContain("ckey1");
      expect(made?.said).not.toContain(passphrase);
      expect(await readFile(join(premises, "harbour-watch", "keys", "asked.json"), "utf8")).toContain("argon2id");
    } finally {
      await gateway.close();
    }
  });
});

describe("progress", () => {
  it("draws a bar on a terminal, with rate and time left, and removes it", () => {
    const { terminal, shown } = pipeTerminal({ columns: 100 });
    let nowMs = 0;
    const progress = new Progress(
      { terminal, now: () => nowMs },
      { what: "opening", unit: "contacts", total: 1000, doneBefore: 500 },
    );
    progress.update(500);
    nowMs = 1000;
    progress.update(600);
    expect(shown()).toBe("\r\u001b[2K[##############----------]  60 % opening: 600 of 1,000 contacts, 100/s, 4 s left");
    progress.finish();
    expect(shown()).toBe("\r\u001b[2K");
  });

  it("writes plain lines every few seconds elsewhere, and nothing when quiet", () => {
    const errors = new PassThrough();
    const streams = { input: new PassThrough() as never, output: new PassThrough(), errors };
    let nowMs = 0;
    for (const quiet of [false, true]) {
      const progress = new Progress(
        { terminal: new Terminal(streams, { quiet, json: false }), now: () => nowMs },
        { what: "pulling", unit: "contacts", total: undefined },
      );
      for (let i = 1; i <= 12; i++) {
        nowMs += 1000;
        progress.update(i * 1000);
      }
      progress.finish();
      expect(errors.read()?.toString()).toBe(
        quiet ? undefined : "pulling: 5,000 contacts, 1,000/s\npulling: 10,000 contacts, 1,000/s\n",
      );
    }
  });

  it("tells long times in hours", () => {
    const task = { what: "opening", unit: "contacts", total: 10_000_000 };
    expect(describeProgress(task, { done: 1000, elapsedMs: 1000 })).toContain("2 h 46 min left");
  });
});

describe("what is shown", () => {
  it("cannot move the cursor or reorder itself", () => {
    const output = new PassThrough();
    const terminal = new Terminal(
      { input: new PassThrough() as never, output, errors: output },
      { quiet: false, json: false },
    );
    terminal.result("evil\u001b[2J\u202ename");
    expect(String(output.read())).toBe("evil\ufffd[2J\ufffdname\n");
  });

  it("cannot do so as JSON either, which programs read as it was", () => {
    const output = new PassThrough();
    const terminal = new Terminal(
      { input: new PassThrough() as never, output, errors: output },
      { quiet: false, json: true },
    );
    const value = { title: "evil\u009b2J\u202ename\u007f", plain: "Łódź" };
    terminal.json(value);
    const said = String(output.read());
    expect(said).toBe('{"title":"evil\\u009b2J\\u202ename\\u007f","plain":"Łódź"}\n');
    expect(JSON.parse(said)).toEqual(value);
  });

  it("hints at weak passphrases and leaves strong ones alone", () => {
    expect(hintAtStrength("password1")).toContain("short");
    expect(hintAtStrength("aaaaaaaaaaaaaaaaaaaaaaaa")).toContain("few characters");
    expect(hintAtStrength(passphrase)).toBeUndefined();
  });
});

describe("addresses of gateways", () => {
  it("are TLS, or this machine", () => {
    expect(parseGatewayAddress("https://actions.example.org/")).toBe("https://actions.example.org");
    expect(parseGatewayAddress("http://127.0.0.1:8080")).toBe("http://127.0.0.1:8080");
    expect(parseGatewayAddress("http://[::1]:8080")).toBe("http://[::1]:8080");
    for (const text of [
      "http://example.org",
      "http://127.0.0.1.example.org",
      "https://a:b@example.org",
      "ftp://x",
      "example.org",
      "https://x/?q",
      "",
    ]) {
      expect(() => parseGatewayAddress(text)).toThrow(expect.objectContaining({ code: "cli/usage" }));
    }
  });
});

describe("help", () => {
  it("exists for every command and names every option", async () => {
    const all = await coterie(["--help"]);
    expect(all).toMatchObject({ code: 0, err: "" });
    for (const { name } of commands) expect(all.out).toContain(`  ${name} `);
    const [group, second] = (commands.at(-2)?.name ?? "").split(" ");
    const one = await coterie([group ?? "", second ?? "", "--help"]);
    expect(one).toMatchObject({ code: 0, err: "" });
    for (const option of Object.keys(commands.at(-2)?.options ?? {})) expect(one.out).toContain(`--${option}`);
  });

  it("answers what it does not understand with exit code 2, never repeating a value", async () => {
    const folder = await temporaryFolder();
    for (const words of [
      ["keys", "new", "--passphrase", "hunter2"],
      ["keys", "new", "hunter2"],
      ["nonsense"],
      ["keys", "hunter2"],
    ]) {
      const refused = await coterie([...words, "--premises", folder]);
      expect(refused.code).toBe(2);
      expect(refused.err + refused.out).not.toContain("hunter2");
    }
  });
});

/** Runs the command on a terminal of its own (util-linux `script`), typing an answer at each prompt. */
async function onTerminal(
  words: readonly string[],
  answers: readonly string[],
): Promise<{ readonly said: string } | undefined> {
  const command = [process.execPath, "--conditions=@coterie/source", mainFile, ...words]
    .map((word) => `'${word}'`)
    .join(" ");
  const child = spawn("script", ["-qec", command, "/dev/null"], { stdio: ["pipe", "pipe", "ignore"] });
  const waiting = [...answers];
  let said = "";
  let answered = 0;
  return new Promise((resolve) => {
    child.on("error", () => resolve(undefined));
    child.stdout.on("data", (bytes: Buffer) => {
      said += bytes.toString("utf8");
      const prompts = said.split(/New passphrase: |The same again: /).length - 1;
      while (answered < prompts && waiting.length > 0) {
        answered++;
        child.stdin.write(`${waiting.shift() ?? ""}\r`);
      }
    });
    child.on("close", () => resolve({ said }));
  });
}
