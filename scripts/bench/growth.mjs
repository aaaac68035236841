import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { knetctl, timed } from "./run.mjs";
import { medians, row } from "./sample.mjs";

const sizes = [100, 1_000, 10_000];

/**
 * validate and render for more and more users: ten times the users may cost a little over ten times the
 * time, not a hundred times.
 */
export const growth = {
  title: `validate and render for ${sizes.map(counted).join(", ")} users`,
  async measure({ folder }) {
    const profiles = sizes.map((users) => [users, bigProfile(folder, users)]);
    const rows = [];
    for (const verb of ["validate", "render"]) {
      const cases = Object.fromEntries(
        profiles.map(([users, file]) => [
          `of ${users}`,
          () => timed([process.execPath, knetctl, verb, file]),
        ]),
      );
      const ms = await medians(cases, { rounds: 5, warmUp: 1 });
      for (const [index, users] of sizes.entries()) {
        if (index === 0) continue;
        const fewer = sizes[index - 1];
        rows.push(
          row(
            `${verb}, ${counted(users)} users`,
            ms[`of ${users}`],
            `${counted(fewer)} users`,
            ms[`of ${fewer}`],
            12,
          ),
        );
      }
    }
    return rows;
  },
};

/** A profile of `users` users on a tenth as many connections, each an HA pair. */
function bigProfile(folder, users) {
  const connections = users / 10;
  const lines = ["connections:"];
  for (let n = 0; n < connections; n += 1) {
    const network = `10.${n >> 8}.${n & 255}`;
    lines.push(
      `  hsm_${n}: { endpoints: [{ ip: ${network}.1, port: 60161 }, { ip: ${network}.2, port: 60161 }] }`,
    );
  }
  lines.push("users:");
  for (let n = 0; n < users; n += 1)
    lines.push(`  user_${n}: { connection: hsm_${n % connections}, pin: { file: /run/secrets/user_${n} } }`);
  lines.push("log_verbosity: quiet", "service: { user: amplia, group: amplia, home: /var/amplia }", "");
  const profiles = join(folder, "profiles");
  mkdirSync(profiles, { recursive: true });
  const file = join(profiles, `${users}.yaml`);
  writeFileSync(file, lines.join("\n"));
  return file;
}

/** 10,000 with its comma, whatever the machine's language is. */
function counted(number) {
  return number.toLocaleString("en-US");
}
