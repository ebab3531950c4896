/** Help texts, made from what the commands say about themselves. */
import type { OptionSpecs } from "./arguments.ts";
import type { Command } from "./command.ts";
import { exitCodeMeanings } from "./exit-codes.ts";

const lineWidth = 96;

/** The text of `coterie --help`. */
export function describeAll(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length)) + 2;
  return [
    "coterie: keys and contacts of an organisation, on its own premises",
    "",
    "usage: coterie COMMAND [options]        coterie COMMAND --help",
    "",
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}${summary}`),
    "",
    "Secrets are read from files or asked for; they are never arguments. Results go to standard output, all else to",
    "standard error.",
    "",
    "exit codes:",
    ...exitCodeMeanings.map(([code, meaning]) => `  ${String(code).padStart(3)}  ${meaning}`),
    "",
  ].join("\n");
}

/** The text of `coterie COMMAND --help`. */
export function describeCommand({ name, summary, help, options }: Command): string {
  return [
    `coterie ${name}: ${summary}`,
    "",
    `usage: coterie ${name} [options]`,
    "",
    ...help.flatMap((paragraph) => [...wrapText(paragraph, lineWidth), ""]),
    "options:",
    ...describeOptions(options),
    "",
  ].join("\n");
}

function describeOptions(options: OptionSpecs): string[] {
  return Object.entries(options).flatMap(([name, { short, value, help }]) => {
    const head = `  ${short === undefined ? "    " : `-${short}, `}--${name}${value === undefined ? "" : ` ${value}`}`;
    const lines = wrapText(help, lineWidth - 32);
    if (head.length <= 30) return lines.map((line, index) => `${(index === 0 ? head : "").padEnd(32)}${line}`);
    return [head, ...lines.map((line) => `${" ".repeat(32)}${line}`)];
  });
}

function wrapText(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
