/** One header as it is to be written, right or wrong. */
export interface TarEntry {
  readonly name: string | Buffer;
  /**
   * Type flag, the usual ones: "0" file, "1" hard link, "2" link, "3" device, "5" folder, "6" FIFO, "x"
   * extended header.
   */
  readonly type?: string;
  readonly content?: string | Buffer;
  readonly mode?: number;
  readonly uid?: number;
  readonly target?: string;
  /** What stands before the name, by ustar's own field. */
  readonly prefix?: string;
  /** Size to claim, where it is not the content's: a number, or the 12 bytes of the field. */
  readonly size?: number | Buffer;
}

/** A tar of these entries, with the end mark; nothing is checked, that is the point. */
export function tarOf(...entries: readonly TarEntry[]): Buffer {
  return Buffer.concat([...entries.map(tarEntry), Buffer.alloc(1024)]);
}

/** Header and padded content of one entry. */
export function tarEntry({
  name,
  type = "0",
  content = "",
  mode = type === "5" ? 0o755 : 0o644,
  uid = 0,
  target = "",
  prefix = "",
  size,
}: TarEntry): Buffer {
  const body = Buffer.from(content);
  const header = Buffer.alloc(512);
  const put = (text: string | Buffer, at: number, length: number): void => {
    Buffer.from(text).copy(header, at, 0, length);
  };
  const octal = (value: number, length: number): string => `${value.toString(8).padStart(length - 1, "0")}\0`;
  put(name, 0, 100);
  put(octal(mode, 8), 100, 8);
  put(octal(uid, 8), 108, 8);
  put(octal(uid, 8), 116, 8);
  put(Buffer.isBuffer(size) ? size : octal(size ?? body.length, 12), 124, 12);
  put(octal(0, 12), 136, 12);
  put(" ".repeat(8), 148, 8);
  put(type, 156, 1);
  put(target, 157, 100);
  put("ustar\u000000", 257, 8);
  put(prefix, 345, 130);
  put(
    `${octal(
      header.reduce((sum, byte) => sum + byte, 0),
      7,
    )} `,
    148,
    8,
  );
  return Buffer.concat([header, body, Buffer.alloc((512 - (body.length % 512)) % 512)]);
}

/** A pax extended header for the entry after it. */
export function paxHeader(values: Readonly<Record<string, string>>, type: "x" | "g" = "x"): TarEntry {
  const records = Object.entries(values).map(([key, value]) => {
    const rest = Buffer.byteLength(` ${key}=${value}\n`);
    const digits = String(rest + String(rest + 3).length).length;
    return `${rest + digits} ${key}=${value}\n`;
  });
  return { name: "PaxHeader", type, content: records.join("") };
}

/** The vendor's shape around the entries given: top folder, install.sh, and something for a module. */
export function vendorEntries({
  top = "kNET-PKCS11-Linux-1.7.0",
  install = "#!/bin/sh\nexit 0\n",
  module = Buffer.alloc(64, "module"),
}: { top?: string; install?: string; module?: Buffer } = {}): TarEntry[] {
  return [
    { name: `${top}/`, type: "5" },
    { name: `${top}/install.sh`, content: install, mode: 0o755 },
    { name: `${top}/libkNETPKCS11.so`, content: module, mode: 0o755 },
  ];
}
