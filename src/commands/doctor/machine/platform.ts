import { Problem } from "../../../problem/problem.js";
import { clientArchive } from "../../../vendor/client.js";
import type { Check } from "../check.js";

const x86 = 62;

export const architecture: Check = {
  id: "architecture",
  title: "the machine is one that the client is made for: x86-64",
  look: ({ loader }) => {
    const { machine, bits } = loader().target;
    if (machine === x86 && bits === 64) return { text: "x86-64" };
    const text = `ELF machine ${machine}, ${bits} bits`;
    const problem = new Problem(
      "doctor-machine-unknown",
      "the client is known to exist only for x86-64 machines",
      {
        severity: "warning",
        detail: text,
        hint: `ask the vendor whether there is a ${clientArchive} for this host`,
      },
    );
    return { text, problems: [problem] };
  },
};

/** Which version of glibc the installed module needs is the module's check. */
export const cLibrary: Check = {
  id: "c-library",
  title: "the C library is glibc",
  look: ({ loader }) => {
    const open = loader();
    if (open.libc !== "musl") {
      const versions = [...(open.find("libc.so.6")?.elf.versions ?? [])].filter((one) =>
        /^GLIBC_2\.\d+$/.test(one),
      );
      const newest = Math.max(0, ...versions.map((one) => Number(one.slice("GLIBC_2.".length))));
      return { text: newest === 0 ? "its version is unknown" : `glibc 2.${newest}` };
    }
    const problem = new Problem("doctor-musl", "this system's C library is musl: the client needs glibc", {
      detail: "Alpine has musl; the vendor's module is not made for it, and neither is the smoke test",
      hint: "run the application on Debian, Ubuntu, RHEL or SUSE, or on an image of one of them",
    });
    return { text: "musl", problems: [problem] };
  },
};
