import t from "tap";
import { nearest } from "../../../src/profile/words/suggest.js";

const keys = ["connections", "users", "log_verbosity", "file", "fd"];

t.test("a slip of the keyboard finds its word", async (t) => {
  t.equal(nearest("conections", keys), "connections");
  t.equal(nearest("flie", keys), "file", "two letters swapped");
  t.equal(nearest("LOG-VERBOSITY", keys), "log_verbosity", "case and dash");
  t.equal(nearest("user", keys), "users");
});

t.test("another word finds nothing", async (t) => {
  t.equal(nearest("service", keys), undefined);
  t.equal(nearest("", keys), undefined);
  t.equal(nearest("x", keys), undefined);
  t.equal(nearest("x".repeat(100_000), keys), undefined);
});
