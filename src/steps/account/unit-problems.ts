import { shellWord } from "../../formats/text/shell-word.js";
import type { Accounts, Host } from "../../host/host.js";
import { type AbsolutePath, asAbsolutePath } from "../../host/path.js";
import type { LoadedUnit } from "../../host/unit/loaded-unit.js";
import { sourceText, type UnitVariable } from "../../host/unit/unit-environment.js";
import { Problem, type Where } from "../../problem/problem.js";
import { serviceHome } from "../../profile/service-identity.js";
import type { Profile, ServiceAccount } from "../../profile/types.js";

/**
 * Where the service's unit contradicts the profile, so that the application would run as somebody else, look
 * for its configuration elsewhere, or have no right to read it, whatever a test as the profile's user shows.
 */
export async function unitProblems(
  profile: Pick<Profile, "service" | "users" | "keyStores" | "defaultKeyStore">,
  unit: LoadedUnit,
  host: Host,
): Promise<readonly Problem[]> {
  const { service, users } = profile;
  const user = userProblem(service, unit, host.accounts);
  if (user !== undefined) return [user];
  const needsHome = users.size > 0 || service.home !== undefined;
  return [
    ...(needsHome ? homeProblem(service, unit, host) : []),
    ...(await groupProblem(service, unit, host.accounts)),
    ...environmentProblems(service, unit),
    ...missingFiles(profile, unit),
  ];
}

function userProblem(
  { user, create }: ServiceAccount,
  { settings, placed, process }: LoadedUnit,
  accounts: Accounts,
): Problem | undefined {
  const { unit, dynamicUser } = settings;
  const runsAs = settings.user ?? "root";
  if (isSameUser(runsAs, user, accounts)) {
    const makesAccount = create && accounts.user(user) === undefined;
    return dynamicUser && process === undefined && !makesAccount ? dynamic(unit, user, placed) : undefined;
  }
  const line = settings.user === undefined ? "the unit has no User=" : `User=${runsAs} in the unit`;
  return new Problem(
    "service-user-differs",
    `${unit} runs as ${JSON.stringify(runsAs)}, the profile's service user is ${JSON.stringify(user)}`,
    {
      ...at(placed.whereIs("User") ?? placed.whereIs("DynamicUser")),
      detail: `${line}; service.user: ${user} in the profile`,
      hint: `set service.user: ${runsAs} in the profile, or ${inUnit(unit, `User=${user}`)}`,
    },
  );
}

function isSameUser(runsAs: string, user: string, accounts: Accounts): boolean {
  const uid = accounts.user(user)?.uid;
  if (runsAs === user || runsAs === String(uid)) return true;
  return uid !== undefined && accounts.user(runsAs)?.uid === uid;
}

function dynamic(unit: string, user: string, placed: LoadedUnit["placed"]): Problem {
  return new Problem(
    "service-user-dynamic",
    `${JSON.stringify(user)}, the user that ${unit} runs as, exists only while the unit runs`,
    {
      ...at(placed.whereIs("DynamicUser")),
      detail:
        "DynamicUser=yes in the unit gives it another user id at each start, to which no files can be given",
      hint:
        `create an account of that name, which systemd then takes (useradd --system ${shellWord(user)}, or ` +
        `service.create: true in the profile), or ${inUnit(unit, "DynamicUser=no")}`,
    },
  );
}

function homeProblem(
  service: ServiceAccount,
  { settings, placed, environment, process }: LoadedUnit,
  { accounts }: Host,
): readonly Problem[] {
  const { unit, passEnvironment } = settings;
  const wanted = serviceHome(service, accounts.user(service.user));
  const variable = environment.variables.get("HOME");
  if (variable !== undefined)
    return homeIn(variable) === wanted ? [] : [otherHome(unit, wanted, service, variable)];
  // what cannot be seen here is seen by the proof
  if (environment.unread.length > 0 || passEnvironment.includes("HOME")) return [];
  const home = process?.home;
  if (home === wanted || process === undefined) return [];
  if (home === undefined) return [withoutHome(settings, wanted, placed)];
  return [
    new Problem("service-home-differs", `${unit} has a different HOME from the profile's`, {
      ...at(placed.whereIs("User")),
      detail:
        `HOME is that of the account, ${home}: the unit sets no other; ` +
        `service.home: ${wanted} in the profile`,
      hint: `leave service.home out of the profile, or ${inUnit(unit, `Environment=HOME=${wanted}`)}`,
    }),
  ];
}

/** The module may know the account's home by itself: the proof, which has no HOME either, shows it. */
function withoutHome(
  { unit, user, dynamicUser }: LoadedUnit["settings"],
  wanted: AbsolutePath,
  placed: LoadedUnit["placed"],
): Problem {
  const why =
    user === undefined
      ? "it has no User=, so systemd sets no HOME"
      : dynamicUser
        ? "with DynamicUser=yes systemd sets no HOME, even where the user has an account"
        : "systemd sets no HOME for it";
  return new Problem("service-home-differs", `${unit} has no HOME`, {
    severity: "warning",
    ...at(placed.whereIs(dynamicUser ? "DynamicUser" : "User")),
    detail: `${why} (systemd.exec(5)); the module looks for its configuration below HOME`,
    hint: inUnit(unit, `Environment=HOME=${wanted}`),
  });
}

function otherHome(unit: string, wanted: string, { home }: ServiceAccount, variable: UnitVariable): Problem {
  const given = homeIn(variable);
  const set = given ?? "something other than an absolute path";
  const inProfile =
    home === undefined
      ? `service.home is left out of the profile, and the account's home is ${wanted}`
      : `service.home: ${wanted} in the profile`;
  const corrected =
    variable.from === "Environment="
      ? inUnit(unit, `Environment=HOME=${wanted}`)
      : variable.where === undefined
        ? `correct HOME in ${sourceText(variable.from)}`
        : `correct HOME in ${variable.where.path}`;
  return new Problem("service-home-differs", `${unit} has a different HOME from the profile's`, {
    ...at(variable.where),
    detail: `${sourceText(variable.from)} sets HOME to ${set}; ${inProfile}`,
    hint: given === undefined ? corrected : `set service.home: ${given} in the profile, or ${corrected}`,
  });
}

function homeIn({ value }: UnitVariable): AbsolutePath | undefined {
  return asAbsolutePath(value.length > 1 ? value.replace(/\/+$/, "") : value);
}

/** The group's rights are those by which the service reads the client's configuration and the settings. */
async function groupProblem(
  { user, group }: ServiceAccount,
  { settings, placed, process }: LoadedUnit,
  accounts: Accounts,
): Promise<readonly Problem[]> {
  if (process?.uid === 0 || (await hasGroup(group, settings, process, accounts))) return [];
  const { unit } = settings;
  const said =
    settings.group === undefined
      ? `the unit has neither Group=${group} nor SupplementaryGroups=${group}, and ${user} is not a member`
      : `Group=${settings.group} in the unit takes the place of the account's own group`;
  return [
    new Problem("service-group-differs", `${unit} does not have the group ${JSON.stringify(group)}`, {
      ...at(placed.whereIs("Group") ?? placed.whereIs("User")),
      detail: `${said}; service.group: ${group} in the profile is what lets it read config.json`,
      hint:
        (settings.group === undefined
          ? `add the user to the group (usermod -aG ${shellWord(group)} ${shellWord(user)})`
          : `set service.group: ${settings.group} in the profile`) +
        `, or ${inUnit(unit, `SupplementaryGroups=${group}`)}`,
    }),
  ];
}

/** For an account or a group that is yet to be created, by what the unit says of it. */
async function hasGroup(
  group: string,
  { group: main, supplementaryGroups }: LoadedUnit["settings"],
  process: LoadedUnit["process"],
  accounts: Accounts,
): Promise<boolean> {
  const gid = accounts.group(group)?.gid;
  const isNamed = [main, ...supplementaryGroups].some((one) => one === group || one === String(gid));
  if (isNamed) return true;
  if (process === undefined || gid === undefined) return main === undefined;
  return process.gid === gid || (await process.groups()).includes(gid);
}

/** What the profile says for hosts without the unit must be what the unit says where it is. */
function environmentProblems(
  { environment: wanted = new Map<string, string>() }: ServiceAccount,
  { settings: { unit, passEnvironment }, environment }: LoadedUnit,
): readonly Problem[] {
  return [...wanted].flatMap(([name, value]) => {
    const variable = environment.variables.get(name);
    if (variable?.value === value) return [];
    // it may have the value all the same, and the proof is made with what the unit says
    const isUnknown = environment.unread.length > 0 || passEnvironment.includes(name);
    if (variable === undefined && isUnknown) return [];
    return [otherVariable(unit, name, variable)];
  });
}

function otherVariable(unit: string, name: string, variable: UnitVariable | undefined): Problem {
  const said =
    variable === undefined ? "the unit does not set it" : `${sourceText(variable.from)} gives another value`;
  return new Problem(
    "service-environment-differs",
    `${unit} does not set the variable ${name} to the profile's value`,
    {
      ...at(variable?.where),
      detail: `${said}; service.environment in the profile has it; neither value is shown`,
      hint: `give both the same value (systemctl edit ${shellWord(unit)}), or leave it out of the profile`,
    },
  );
}

/**
 * Without such a file the service manager starts nothing: a restart would end a service that runs, and not
 * bring it back. The settings that the run is to write are one of them; what is below /run may be made by
 * what starts before the service.
 */
function missingFiles(
  { keyStores, defaultKeyStore }: Pick<Profile, "keyStores" | "defaultKeyStore">,
  { settings: { unit }, placed, environment }: LoadedUnit,
): readonly Problem[] {
  const targets = [...(keyStores?.values() ?? []), ...(defaultKeyStore ? [defaultKeyStore] : [])];
  const written: ReadonlySet<string> = new Set(targets.map(({ target }) => target.path));
  return environment.missing
    .filter((file) => !written.has(file))
    .map(
      (file) =>
        new Problem("service-environment-missing", `${unit} cannot start: there is no ${file}`, {
          ...(/^\/(?:var\/)?run\//.test(file) && { severity: "warning" as const }),
          ...at(placed.whereIsEnvironmentFile(file)),
          detail: "EnvironmentFile= in the unit demands it, so a restart would fail",
          hint:
            "create the file; if the service can do without it, write a `-` before its path in the unit " +
            `(systemctl edit --full ${shellWord(unit)})`,
        }),
    );
}

function at(where: Where | undefined): { readonly where?: Where } {
  return where === undefined ? {} : { where };
}

function inUnit(unit: string, line: string): string {
  return `set ${line} in the unit (systemctl edit ${shellWord(unit)})`;
}
