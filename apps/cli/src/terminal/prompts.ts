/** Questions on a terminal. A passphrase is read without echo, key by key, so that nothing of it stays on the screen. */
import { InterruptedError, PassphraseMissingError } from "./errors.ts";
import type { Terminal } from "./terminal.ts";

/** The longest answer that is read. */
const maxAnswerCharacters = 4096;

/**
 * Asks for a text without echo.
 * @throws PassphraseMissingError where nobody can be asked, or the input ends
 * @throws InterruptedError on Ctrl-C
 */
export async function askHidden(terminal: Terminal, question: string): Promise<string> {
  const { input, errors } = terminal;
  const { setRawMode } = input;
  if (!terminal.canAsk || setRawMode === undefined) {
    throw new PassphraseMissingError("a passphrase is needed: use --passphrase-file or COTERIE_PASSPHRASE_FILE");
  }
  // Before the question: what is typed at once would be shown otherwise.
  setRawMode.call(input, true);
  errors.write(question);
  input.setEncoding("utf8");
  input.resume();
  try {
    return await readKeys(input);
  } finally {
    setRawMode.call(input, false);
    input.pause();
    errors.write("\n");
  }
}

function readKeys(input: NodeJS.ReadableStream): Promise<string> {
  return new Promise((resolve, reject) => {
    const typed: string[] = [];
    const finish = (settle: () => void): void => {
      input.removeListener("data", onKeys);
      input.removeListener("end", onEnd);
      settle();
    };
    const onEnd = (): void => finish(() => reject(new PassphraseMissingError("the input ended before an answer")));
    const onKeys = (keys: string | Buffer): void => {
      for (const key of String(keys)) {
        const outcome = takeKey(typed, key);
        if (outcome === "more") continue;
        finish(outcome === "enter" ? () => resolve(typed.join("")) : () => reject(new InterruptedError()));
        return;
      }
    };
    input.on("data", onKeys);
    input.on("end", onEnd);
  });
}

type KeyOutcome = "more" | "enter" | "interrupt";

function takeKey(typed: string[], key: string): KeyOutcome {
  switch (key) {
    case "\r":
    case "\n":
    case "\u0004": // Ctrl-D
      return "enter";
    case "\u0003": // Ctrl-C
      return "interrupt";
    case "\u007f":
    case "\b":
      typed.pop();
      return "more";
    case "\u0015": // Ctrl-U: start again
      typed.length = 0;
      return "more";
    default:
      if (key >= " " && typed.length < maxAnswerCharacters) typed.push(key);
      return "more";
  }
}
