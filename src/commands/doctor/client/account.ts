import type { Account, Host } from "../../../host/host.js";
import { Problem } from "../../../problem/problem.js";
import { quotedName } from "../../../profile/words/quote.js";
import type { Check } from "../check.js";

/** A directory service that takes longer holds up every start of the service. */
const slowMs = 1000;
const askMs = 10_000;

export const account: Check = {
  id: "account",
  title: "the service's account is known, and means the same to every program",
  look: async ({ host, profile, service: { user }, isImage, account: find, context: { signal } }) => {
    const known = find();
    if (known === undefined) {
      if (profile === undefined) return { skipped: `there is no user ${user}, and no profile was given` };
      if (profile.service.create) return { text: `${user} is not there yet: apply creates it` };
      const problem = new Problem("account-missing", `there is no user ${quotedName(user)}`, {
        hint: `create it, let apply do so (service.create: true), or correct service.user in the profile`,
      });
      return { text: `there is no user ${user}`, problems: [problem] };
    }
    const text = `${user}, uid ${known.uid}, home ${known.home}`;
    const absent = homeMissing(known, host);
    return { text, problems: [...absent, ...(isImage ? [] : await asked(known, host, signal))] };
  },
};

function homeMissing({ user, uid, home }: Account, host: Host): readonly Problem[] {
  if (host.files(uid).entry(home) !== undefined) return [];
  return [
    new Problem("account-without-home", `the home of ${quotedName(user)} is not there`, {
      severity: "warning",
      where: { path: home },
      hint: "the client looks for config.json below it; apply creates it",
    }),
  ];
}

/** What glibc's name service answers, which the service's own start asks too. */
async function asked(
  { user, uid, gid, home }: Account,
  host: Host,
  signal: AbortSignal,
): Promise<readonly Problem[]> {
  if (host.commands.find("getent") === undefined) return [];
  const { stdout, ms } = await host.commands.run({
    program: "getent",
    args: ["passwd", "--", user],
    timeoutMs: askMs,
    signal,
  });
  const [, , otherUid, otherGid, , otherHome] = stdout.trim().split(":");
  const wanted = [String(uid), String(gid), home].join(":");
  const answer = stdout === "" ? "nothing" : [otherUid, otherGid, otherHome].join(":");
  const differs =
    answer === wanted
      ? []
      : [
          new Problem(
            "doctor-accounts-differ",
            `for other programs of this system, ${quotedName(user)} is another account`,
            {
              where: { path: "/etc/passwd" },
              detail: `/etc/passwd: ${wanted}; the name service (getent passwd): ${answer}`,
              hint: "look at the order in /etc/nsswitch.conf, and remove one of the two accounts",
            },
          ),
        ];
  const slow = new Problem(
    "doctor-name-slow",
    `the name service takes ${Math.round(ms)} ms for one account`,
    {
      severity: "warning",
      hint: "look at SSSD, LDAP or nscd: every start of the service waits for it",
    },
  );
  return [...differs, ...(ms > slowMs ? [slow] : [])];
}
