import { exitCodes, type ExitCode } from "./exit-codes.js";

/**
 * Every problem's stable code and the exit code it leads to. Codes are part of the interface: they are never renamed
 * or reused. One section an area; the area is the code's first word.
 */
export const problemCodes = {
  // the program itself
  "internal-error": exitCodes.internal,
  "usage-invalid": exitCodes.usage,
  "interrupted": exitCodes.interrupted,

  // profile

  // client configuration

  // host: files, accounts, commands, lock, sandbox

  // account

  // module: archive, ELF, installer

  // ownership

  // workflow

  // PIN

  // smoke test

  // simulator and demo
} as const satisfies Record<string, ExitCode>;

export type ProblemCode = keyof typeof problemCodes;
