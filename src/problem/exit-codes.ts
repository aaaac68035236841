/**
 * Exit codes of the program; the numbers above 63 are those of sysexits.h. `unknown` is of `--nagios` alone,
 * whose codes are those of its plugins, `warnings` of `--fail-on warning`.
 */
export const exitCodes = {
  done: 0,
  failed: 1,
  changesPending: 2,
  unknown: 3,
  warnings: 4,
  usage: 64,
  invalidProfile: 65,
  unavailable: 69,
  internal: 70,
  cannotWrite: 73,
  locked: 75,
  noPermission: 77,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
