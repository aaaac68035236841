import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runTool } from "./run-tool.js";

/** PEM texts. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** A new P-256 key and a self-signed certificate for this common name, made by openssl(1). Leaves no file behind. */
export async function makeCertificate(commonName: string): Promise<Certificate> {
  const folder = await mkdtemp(join(tmpdir(), "knet-certificate-"));
  const key = join(folder, "key.pem");
  const cert = join(folder, "cert.pem");
  try {
    await runTool("openssl", "openssl", [
      "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "3650",
      "-subj", `/CN=${commonName}`, "-keyout", key, "-out", cert,
    ]);
    return { key: await readFile(key, "utf8"), cert: await readFile(cert, "utf8") };
  } finally {
    await rm(folder, { recursive: true });
  }
}
