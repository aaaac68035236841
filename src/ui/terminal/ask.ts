import { spoken, spokenWord } from "../../language/spoken.js";
import { Problem } from "../../problem/problem.js";
import { cleanLine } from "../text/clean-text.js";
import type { Output } from "./output.js";

export interface TextPrompt {
  readonly kind: "text";
  readonly message: string;
  readonly preset?: string;
  /** What is wrong with the answer, in one sentence. */
  readonly check: (answer: string) => string | undefined;
}

export interface ChoicePrompt {
  readonly kind: "choice";
  readonly message: string;
  readonly choices: readonly { readonly value: string; readonly name: string }[];
  readonly preset?: string;
}

/** Typed twice, without an echo. */
export interface SecretPrompt {
  readonly kind: "secret";
  readonly message: string;
  readonly again: string;
  readonly check: (answer: string) => string | undefined;
}

export type Prompt = TextPrompt | ChoicePrompt | SecretPrompt;

/** What came instead of an answer. */
export type Wish = "back" | "help";

export type Asked = { readonly answer: string } | { readonly wish: Wish };

interface Streams {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
}

/**
 * Asks one question on the terminal. Escape asks to go back; F1, and `?` where it is not an answer, ask for
 * help. Throws `interrupted` on Ctrl-C, at the end of input, and when `signal` aborts.
 */
export async function ask(
  question: Prompt,
  { output, signal }: { readonly output: Output; readonly signal: AbortSignal },
  streams: Streams = { input: process.stdin, output: process.stderr },
): Promise<Asked> {
  const wished = new AbortController();
  const keys = (
    _text: string | undefined,
    key: { readonly name?: string; readonly sequence?: string },
  ): void => {
    if (key.name === "escape") wished.abort("back");
    else if (key.name === "f1" || (key.sequence === "?" && question.kind === "choice")) wished.abort("help");
  };
  const ended = new AbortController();
  const end = (): void => {
    ended.abort();
  };
  streams.input.on("keypress", keys);
  streams.input.once("end", end);
  const stop = AbortSignal.any([signal, wished.signal, ended.signal]);
  const context = { ...streams, signal: stop };
  try {
    const answer = await answered(shown(question), { theme: theme(output), context });
    return question.kind === "text" && answer === "?" ? { wish: "help" } : { answer };
  } catch (error) {
    if (wished.signal.aborted && !signal.aborted)
      return { wish: wished.signal.reason === "help" ? "help" : "back" };
    if (error instanceof Error && /^(?:Exit|Abort)PromptError$/.test(error.name)) throw interrupted();
    throw error;
  } finally {
    streams.input.off("keypress", keys);
    streams.input.off("end", end);
  }
}

function interrupted(): Problem {
  return new Problem("interrupted", "interrupted before the last question; nothing was written");
}

/** The library shows what it is given: names that come from outside are cleaned first. */
function shown(question: Prompt): Prompt {
  const message = cleanLine(spoken(question.message));
  if (question.kind !== "choice") {
    const check = (answer: string): string | undefined => {
      const wrong = question.check(answer);
      return wrong === undefined ? undefined : spoken(wrong);
    };
    return question.kind === "text"
      ? { ...question, message, check }
      : { ...question, message, check, again: spoken(question.again) };
  }
  const choices = question.choices.map(({ value, name }) => ({ value, name: cleanLine(spoken(name)) }));
  return { ...question, message, choices };
}

interface How {
  readonly theme: ReturnType<typeof theme>;
  readonly context: Streams & { readonly signal: AbortSignal };
}

function answered(question: Prompt, how: How): Promise<string> {
  switch (question.kind) {
    case "text":
      return askText(question, how);
    case "choice":
      return askChoice(question, how);
    case "secret":
      return askSecret(question, how);
  }
}

async function askText({ message, preset, check }: TextPrompt, { theme, context }: How): Promise<string> {
  const { input } = await import("@inquirer/prompts");
  const validate = (text: string): true | string => (text === "?" ? true : (check(text.trim()) ?? true));
  const given = await input(
    { message, theme, validate, ...(preset !== undefined && { default: preset }) },
    context,
  );
  return given.trim();
}

async function askChoice(
  { message, preset, choices }: ChoicePrompt,
  { theme, context }: How,
): Promise<string> {
  const { select } = await import("@inquirer/prompts");
  return select(
    { message, theme, loop: false, choices: [...choices], ...(preset !== undefined && { default: preset }) },
    context,
  );
}

async function askSecret({ message, again, check }: SecretPrompt, { theme, context }: How): Promise<string> {
  const { password } = await import("@inquirer/prompts");
  const validate = (text: string): true | string => check(text) ?? true;
  const first = await password({ message, theme, validate }, context);
  await password(
    { message: again, theme, validate: (text) => text === first || spoken("it is not the same as before") },
    context,
  );
  return first;
}

/** What the library says where nothing that is typed is shown. */
const masked = "[input is masked]";

/** The library's own colours follow the environment alone; these follow --no-color too. */
function theme({ style }: Output) {
  const isColored = style.bold("x") !== "x";
  // Output's own styles become colours only on their way through it
  const styled =
    (begin: number, end: number) =>
    (text: string): string =>
      isColored ? `\u001b[${begin}m${text}\u001b[${end}m` : text;
  const [bold, dim, red, green] = [styled(1, 22), styled(2, 22), styled(31, 39), styled(32, 39)];
  const plain = (text: string): string => text;
  return {
    prefix: { idle: bold("?"), done: green("=") },
    style: {
      answer: plain,
      message: bold,
      error: (text: string) => red(`  ${text}`),
      defaultAnswer: (text: string) => dim(`(${text})`),
      help: (text: string) => dim(text === masked ? spoken(masked) : text),
      keysHelpTip: () =>
        `${bold("↑↓")} ${dim(spokenWord("navigate"))} • ${bold("⏎")} ${dim(spokenWord("select"))}`,
      highlight: bold,
      key: plain,
      description: dim,
      disabled: dim,
    },
  };
}
