import { row } from "./sample.mjs";

/**
 * A connection of a thousand endpoints against one of two, and an edit, without probe and proof, against the
 * start-up that any Node program pays for.
 */
export const vectors = {
  title: "ha list and ha add, with 2 and with 1,000 endpoints",
  async measure({ inSandbox }) {
    const ms = await inSandbox("vectors-inside.mjs", {});
    return [
      row("knetctl ha list, 1,000 endpoints", ms.listMany, "2 endpoints", ms.listTwo, 2),
      row("knetctl ha add, 1,000 endpoints", ms.addMany, "2 endpoints", ms.addTwo, 2),
      // no goal: most of it is the YAML library, which reads the profile before and after
      row("knetctl ha add --profile, 1,000 endpoints", ms.profileAddMany, "2 endpoints", ms.profileAddTwo),
      row("knetctl ha add to 2 endpoints", ms.addTwo, "node -e 0", ms.node, 3),
    ];
  },
};
