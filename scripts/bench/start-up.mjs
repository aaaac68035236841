import { join } from "node:path";
import { row } from "./sample.mjs";

/** The start-up that every command pays for, and a plan that finds nothing to do after an apply. */
export const startUp = {
  title: "start-up, validate, and a plan that finds nothing to do",
  measure: ({ inputs, inSandbox }) =>
    against("node -e 0", { version: 1.15, validate: 1.4, plan: 2.2 }, inSandbox, { profile: inputs.profile }),
};

/** The same of a package's program, against the node in it; `place`: the folder of an unpacked archive. */
export const startUpOf = (place) => ({
  title: `start-up of the program in ${place}`,
  measure: ({ inputs, inSandbox }) =>
    against("its node -e 0", { version: 1.1, validate: 1.35, plan: 2 }, inSandbox, {
      profile: inputs.profile,
      node: join(place, "lib/knetctl/node"),
      program: [join(place, "lib/knetctl/knetctl")],
    }),
});

async function against(node, goals, inSandbox, input) {
  const ms = await inSandbox("start-up-inside.mjs", input);
  return [
    row("knetctl --version", ms.version, node, ms.node, goals.version),
    row("knetctl validate", ms.validate, node, ms.node, goals.validate),
    row("knetctl plan, nothing to do", ms.plan, node, ms.node, goals.plan),
  ];
}
