import { row } from "./sample.mjs";

/** The start-up that every command pays for, and a plan that finds nothing to do after an apply. */
export const startUp = {
  title: "start-up, validate, and a plan that finds nothing to do",
  async measure({ inputs, inSandbox }) {
    const ms = await inSandbox("start-up-inside.mjs", { profile: inputs.profile });
    const against = (what, name, goal) => row(what, ms[name], "node -e 0", ms.node, goal);
    return [
      against("knetctl --version", "version", 1.15),
      against("knetctl validate", "validate", 1.4),
      against("knetctl plan, nothing to do", "plan", 2.2),
    ];
  },
};
