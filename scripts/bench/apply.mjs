import { medians, row } from "./sample.mjs";

/**
 * A whole apply except for its smoke test, against the document's procedure as a shell script, each on a
 * fresh host; and in one with its smoke test, the time from the first change of the host to the last.
 */
export const applyAgainstScript = {
  title: "apply, against the document's procedure as a shell script",
  async measure({ inputs, inSandbox }) {
    const once = (way) => async () => (await inSandbox("apply-inside.mjs", { way, ...inputs })).ms;
    const ms = await medians({ apply: once("apply"), script: once("script") }, { rounds: 7, warmUp: 1 });
    const exposure = await medians({ ms: once("exposure") }, { rounds: 5, warmUp: 1 });
    return [
      row(
        "knetctl apply, without smoke test",
        ms.apply,
        "tar, install.sh, mkdir, chown, chmod, cat",
        ms.script,
        6,
      ),
      row("knetctl apply, from the first change to the last", exposure.ms, "the goal", 100, 1),
    ];
  },
};
