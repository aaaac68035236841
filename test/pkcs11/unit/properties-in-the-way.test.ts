import t from "tap";
import type { PropertyGroup } from "../../../src/host/unit/transient-properties.js";
import { propertiesInTheWay } from "../../../src/pkcs11/unit/properties-in-the-way.js";

const wall = (name: string): PropertyGroup => ({
  name,
  assignments: [name],
  network: false,
  byManager: false,
  mayBeNeeded: false,
});
const variable = (name: string): PropertyGroup => ({
  name: `Environment=${name}`,
  assignments: [],
  instead: [`UnsetEnvironment=${name}`],
  network: false,
  byManager: false,
  mayBeNeeded: true,
});

const [closed, other] = [wall("InaccessiblePaths=/opt/k"), wall("PrivateTmp=yes")];
const [needed, bad] = [variable("OPENSSL_CONF"), variable("LD_LIBRARY_PATH")];

/** The names found where the test passes with these properties being there, by name. */
function found(
  groups: readonly PropertyGroup[],
  passesWith: (has: (group: PropertyGroup) => boolean) => boolean,
): Promise<readonly string[] | undefined> {
  return propertiesInTheWay(groups, (without) =>
    Promise.resolve(passesWith((group) => !without.includes(group))),
  ).then((list) => list?.map(({ name }) => name));
}

t.test("the property that is in the way is found beside a variable that the module needs", async (t) => {
  const groups = [closed, other, needed];
  t.strictSame(await found(groups, (has) => has(needed) && !has(closed)), [closed.name]);
  t.strictSame(await found(groups, (has) => has(needed) && !has(closed) && !has(other)), [
    closed.name,
    other.name,
  ]);
});

t.test(
  "a variable that is in the way is found, and what has nothing to do with the unit is not",
  async (t) => {
    t.strictSame(await found([closed, other, bad], (has) => !has(bad)), [bad.name]);
    t.strictSame(
      await found([closed, needed, bad], (has) => has(needed) && !has(bad)),
      [bad.name],
      "beside one that is needed",
    );
    t.equal(await found([closed, other, bad], () => false), undefined);
    t.equal(await found([needed], () => false), undefined);
    t.equal(await found([], () => false), undefined);
  },
);
