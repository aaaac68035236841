import { Problem } from "../../problem/problem.js";

/** Exit statuses that the service manager gives a process that it could not set up (systemd.exec(5)). */
const statuses: ReadonlyMap<number, string> = new Map([
  [200, "CHDIR"],
  [203, "EXEC"],
  [205, "LIMITS"],
  [210, "CHROOT"],
  [216, "GROUP"],
  [217, "USER"],
  [218, "CAPABILITIES"],
  [225, "NETWORK"],
  [226, "NAMESPACE"],
  [227, "NO_NEW_PRIVILEGES"],
  [228, "SECCOMP"],
  [230, "PERSONALITY"],
  [232, "ADDRESS_FAMILIES"],
  [237, "KEYRING"],
  [243, "CREDENTIALS"],
]);
const [first, last] = [200, 245];

/** Why the process of a unit did not come to be; undefined if the unit is not the reason. */
export function unitRefusal(exitCode: number | null): Problem | undefined {
  if (exitCode === null || exitCode < first || exitCode > last) return undefined;
  const name = statuses.get(exitCode);
  return new Problem("smoke-unit-refused", "systemd cannot start a process with what the unit demands", {
    detail: `it ended with status ${exitCode}${name === undefined ? "" : `/${name}`}`,
    hint: "systemd.exec(5) says what the status means; the service itself would fail in the same way",
  });
}
