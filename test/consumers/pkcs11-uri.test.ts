import t from "tap";
import { pkcs11Uri } from "../../src/consumers/pkcs11-uri.js";

t.test(
  "a URI as RFC 7512 has it, with nothing in it that a shell or a file could take for its own",
  async (t) => {
    t.equal(
      pkcs11Uri({ token: "ca", object: "web", type: "private", pinFile: "/etc/p.pin", module: "/opt/m.so" }),
      "pkcs11:token=ca;object=web;type=private?module-path=/opt/m.so&pin-source=file:/etc/p.pin",
    );
    t.equal(pkcs11Uri({ token: "ca" }), "pkcs11:token=ca");
    const hostile = ` ;?&=#%/"'\\$(x)\`*!é`;
    const uri = pkcs11Uri({ token: hostile, object: hostile });
    t.match(uri, /^pkcs11:token=[A-Za-z0-9%._~-]+;object=[A-Za-z0-9%._~-]+$/);
    const [, token = ""] = /token=([^;]+)/.exec(uri) ?? [];
    t.equal(decodeURIComponent(token), hostile);
  },
);
