import type { PropertyGroup } from "../../host/unit/transient-properties.js";

/** Whether the test passes without these. */
type Passes = (without: readonly PropertyGroup[]) => Promise<boolean>;

const atOnce = 3;

/**
 * Which properties make a test fail: those without which it passes, all others being there. If there is no
 * single one, those with which it fails although all others are left out. None: only several together do.
 * Undefined: it fails without any of them as well. What the module may be unable to do without (a variable)
 * is left out together with all others, or else alone.
 */
export async function propertiesInTheWay(
  groups: readonly PropertyGroup[],
  passes: Passes,
): Promise<readonly PropertyGroup[] | undefined> {
  const walls = groups.filter(({ mayBeNeeded }) => !mayBeNeeded);
  for (const some of walls.length < groups.length ? [groups, walls] : [groups])
    if (some.length > 0 && (await passes(some))) return among(some, passes);
  const alone = await those(
    groups.filter(({ mayBeNeeded }) => mayBeNeeded),
    (group) => passes([group]),
  );
  return alone.length === 0 ? undefined : alone;
}

/** The test passes without all of them. */
async function among(groups: readonly PropertyGroup[], passes: Passes): Promise<readonly PropertyGroup[]> {
  const single = await those(groups, (group) => passes([group]));
  if (single.length > 0) return single;
  return those(groups, async (group) => !(await passes(groups.filter((other) => other !== group))));
}

async function those(
  groups: readonly PropertyGroup[],
  isOne: (group: PropertyGroup) => Promise<boolean>,
): Promise<readonly PropertyGroup[]> {
  const found: PropertyGroup[] = [];
  for (let start = 0; start < groups.length; start += atOnce) {
    const some = groups.slice(start, start + atOnce);
    const answers = await Promise.all(some.map(isOne));
    found.push(...some.filter((_, index) => answers[index] === true));
  }
  return found;
}
