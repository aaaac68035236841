import { test } from "tap";
import { forRoot } from "../../scripts/setup/environment.mjs";

test("what Node reads at each start is for runs that fetch something", (t) => {
  const environment = { NODE_EXTRA_CA_CERTS: "/etc/authority.pem", NODE_OPTIONS: "--inspect" };
  t.strictSame(forRoot(environment), {});
  t.strictSame(forRoot(environment, true), { NODE_EXTRA_CA_CERTS: "/etc/authority.pem" });
  t.end();
});
