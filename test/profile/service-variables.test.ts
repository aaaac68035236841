import t from "tap";
import { serviceVariables } from "../../src/profile/service-variables.js";
import { MemoryHost } from "../support/memory-host.js";
import { loaded } from "../support/recorded-unit.js";

const environment = new Map([
  ["OPENSSL_CONF", "/etc/ssl/vhsm.cnf"],
  ["P11_KIT_DEBUG", "all"],
]);

t.test("without a unit the module gets the profile's variables", (t) => {
  t.strictSame(serviceVariables({ environment }, undefined), {
    OPENSSL_CONF: "/etc/ssl/vhsm.cnf",
    P11_KIT_DEBUG: "all",
  });
  t.strictSame(serviceVariables({}, undefined), {});
  t.end();
});

t.test("with one it gets the unit's: those of its libraries, and those that the profile names", async (t) => {
  const unit = await loaded(
    new MemoryHost({}),
    "Environment=OPENSSL_CONF=/etc/unit.cnf HOME=/srv KeyStores__A__Pin=1 OTHER=2 P11_KIT_DEBUG=none",
  );
  t.strictSame(serviceVariables({}, unit), { OPENSSL_CONF: "/etc/unit.cnf" });
  t.strictSame(serviceVariables({ environment }, unit), {
    OPENSSL_CONF: "/etc/unit.cnf",
    P11_KIT_DEBUG: "none",
  });
  t.strictSame(serviceVariables({ environment }, await loaded(new MemoryHost({}), "")), {});
});
