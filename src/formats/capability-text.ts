/** By their numbers: linux/capability.h. */
const names = (
  "chown dac_override dac_read_search fowner fsetid kill setgid setuid setpcap linux_immutable " +
  "net_bind_service net_broadcast net_admin net_raw ipc_lock ipc_owner sys_module sys_rawio sys_chroot " +
  "sys_ptrace sys_pacct sys_admin sys_boot sys_nice sys_resource sys_time sys_tty_config mknod lease " +
  "audit_write audit_control setfcap mac_override mac_admin syslog wake_alarm block_suspend audit_read " +
  "perfmon bpf checkpoint_restore"
).split(" ");

const effective = 1;

/**
 * The capabilities that a program gets from the attribute `security.capability` of its file, as getcap(8)
 * names them: "cap_net_raw+ep". The bytes are those of `vfs_cap_data` in linux/capability.h: a word of flags,
 * then permitted and inheritable ones, 32 at a time, all little-endian.
 */
export function capabilityText(bytes: Buffer): string {
  if (bytes.length < 12) return "unreadable";
  const sets = bytes.length < 20 ? [4] : [4, 12];
  const mark = (bytes.readUInt32LE(0) & effective) === 0 ? "" : "e";
  const found = sets.flatMap((offset, high) => {
    const [permitted, inheritable] = [bytes.readUInt32LE(offset), bytes.readUInt32LE(offset + 4)];
    return Array.from({ length: 32 }, (_, bit) => bit).flatMap((bit) => {
      const kinds = `${isSet(permitted, bit) ? "p" : ""}${isSet(inheritable, bit) ? "i" : ""}`;
      const number = high * 32 + bit;
      return kinds === "" ? [] : [`cap_${names[number] ?? number}+${mark}${kinds}`];
    });
  });
  return found.length === 0 ? "none" : found.join(", ");
}

function isSet(word: number, bit: number): boolean {
  return ((word >>> bit) & 1) === 1;
}
