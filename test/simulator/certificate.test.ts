import { X509Certificate, createPrivateKey } from "node:crypto";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { test } from "tap";
import { makeCertificate } from "../../src/simulator/certificate.js";

test("a certificate is made without openssl(1), of the form that OpenSSL makes and takes", async (t) => {
  const { key, cert } = makeCertificate("vhsm-1.knet.simulated");
  const read = new X509Certificate(cert);
  t.equal(read.subject, "CN=vhsm-1.knet.simulated");
  t.equal(read.issuer, read.subject);
  t.equal(read.ca, true);
  t.ok(read.verify(read.publicKey), "it signed itself");
  t.ok(read.checkPrivateKey(createPrivateKey(key)));
  t.ok(
    new Date(read.validFrom) < new Date() && new Date(read.validTo) > new Date(Date.now() + 300 * 86_400_000),
  );
  t.not(read.serialNumber, new X509Certificate(makeCertificate("vhsm-1.knet.simulated").cert).serialNumber);
  const file = join(t.testdir({ "cert.pem": cert }), "cert.pem");
  t.match(
    execFileSync("openssl", ["verify", "-x509_strict", "-check_ss_sig", "-CAfile", file, file], {
      encoding: "utf8",
    }),
    /: OK\n$/,
  );
});
