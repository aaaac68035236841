import { test } from "tap";
import { Secret } from "../../src/problem/secret.js";
import { UserDirectory, userStates } from "../../src/simulator/user-directory.js";

const directory = (): UserDirectory =>
  new UserDirectory(
    [
      { name: "a", pin: new Secret("right"), role: "regular" },
      { name: "officer", pin: new Secret("right"), role: "vco" },
      { name: "__proto__", pin: new Secret("p"), role: "regular" },
    ],
    3,
  );

test("a right password takes the count of wrong ones back", (t) => {
  const users = directory();
  t.equal(users.logIn("a", "wrong"), false);
  t.equal(users.state("a"), userStates.countLow);
  t.equal(users.logIn("a", "right"), true);
  t.equal(users.state("a"), userStates.good);
  t.end();
});

test("a locked user stays locked, whatever the password", (t) => {
  const users = directory();
  for (const password of ["", "right ", "Right"]) t.equal(users.logIn("a", password), false);
  t.equal(users.state("a"), userStates.locked);
  t.equal(users.logIn("a", "right"), false);
  users.unlock("a");
  t.equal(users.logIn("a", "right"), true);
  t.end();
});

test("an unknown user never gets in, not with an empty password either", (t) => {
  const users = directory();
  for (const name of ["nobody", "", "constructor"]) {
    t.equal(users.logIn(name, ""), false);
    t.equal(users.state(name), userStates.unknown);
  }
  t.equal(users.logIn("__proto__", "p"), true);
  t.end();
});

test("an officer is known as one", (t) => {
  t.equal(directory().state("officer"), userStates.officer);
  t.end();
});
