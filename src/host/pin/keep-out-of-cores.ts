import { writeFileSync } from "node:fs";

/**
 * From now on a crash of this process, or of a child it starts, leaves nothing of its memory in a core file
 * or with a core handler (core(5), coredump_filter): done before a PIN is read. A kernel built without it has
 * nothing to write to.
 */
export function keepOutOfCores(): void {
  try {
    writeFileSync("/proc/self/coredump_filter", "0");
  } catch {
    // no /proc, or a kernel without CONFIG_ELF_CORE, which writes no cores
  }
}
