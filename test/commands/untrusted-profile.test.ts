import { chmodSync, chownSync, symlinkSync, writeFileSync } from "node:fs";
import { test, type Test } from "tap";
import { apply } from "../../src/commands/run/apply.js";
import { haDrill } from "../../src/commands/ha/prove/drill.js";
import { requestedEdit } from "../../src/commands/ha/edit/edit.js";
import { plannedEdit } from "../../src/commands/ha/edit/edit.js";
import { prove } from "../../src/commands/ha/prove/prove.js";
import { plan } from "../../src/commands/run/plan.js";
import { validate } from "../../src/commands/run/validate.js";
import { verify } from "../../src/commands/run/verify.js";
import { path } from "../../src/host/path.js";
import { Problems } from "../../src/problem/problem.js";
import { MemoryHost } from "../support/memory-host.js";
import { recordedContext } from "../support/recorded-context.js";
import { scratch, strangerUid } from "../support/scratch.js";

const text =
  "connections: { hsm_1: { endpoints: [{ ip: '::1', port: 1 }] } }\nusers: { ca: { connection: " +
  "hsm_1, pin: { file: /nonexistent/pin } } }\n";

/** A profile of that mode and owner, in a folder of root's. */
function stage(
  t: Test,
  { mode = 0o644, uid = 0, sudoer }: { mode?: number; uid?: number; sudoer?: number } = {},
) {
  const { folder, file } = scratch(t);
  file("p.yaml", text, { mode, uid });
  const recorded = recordedContext({ workingFolder: path(folder) });
  const host = () => Promise.resolve(new MemoryHost({}));
  return {
    folder,
    ...recorded,
    context: {
      ...recorded.context,
      isRoot: true,
      host,
      ...(sudoer !== undefined && { environment: { SUDO_UID: String(sudoer) } }),
    },
  };
}

type Context = ReturnType<typeof stage>["context"];

const run = {
  yes: true,
  smokeTest: true,
  probe: true,
  prove: true,
  rollback: true,
  restart: true,
  inPlace: false,
  journal: true,
  lockTimeout: 0,
  timeout: 1,
};

/** What acts as root by a profile: it changes the host, or hands PINs on. */
const acting: Readonly<Record<string, (profile: string, context: Context) => Promise<unknown>>> = {
  apply: (profile, context) => apply({ profile, ...run }, context),
  verify: (profile, context) => verify({ profile, smokeTest: true, timeout: 1 }, context),
  "ha prove": (profile, context) => prove({ profile, timeout: 1 }, context),
  "ha drill": (profile, context) => haDrill({ profile, simulator: false, timeout: 1 }, context),
};

/** Codes of what it throws, if it does. */
async function refusals(running: Promise<unknown>): Promise<readonly string[]> {
  try {
    await running;
    return [];
  } catch (error) {
    if (error instanceof Problems)
      return error.list.filter(({ severity }) => severity === "error").map(({ code }) => code);
    throw error;
  }
}

for (const [verb, start] of Object.entries(acting)) {
  test(
    `${verb}: a profile that others can write, or somebody else's, is refused before anything is read ` +
      "by it",
    async (t) => {
      for (const rights of [{ mode: 0o666 }, { mode: 0o646 }, { uid: strangerUid }]) {
        t.same(
          await refusals(start("p.yaml", stage(t, rights).context)),
          ["profile-untrusted"],
          JSON.stringify(rights),
        );
      }
    },
  );

  test(`${verb}: root's profile, and that of whoever called sudo, is not`, async (t) => {
    for (const rights of [{}, { mode: 0o600 }, { uid: strangerUid, sudoer: strangerUid }]) {
      t.notOk(
        (
          await refusals(
            start("p.yaml", stage(t, rights).context).catch((error: unknown) => {
              if (error instanceof Problems) throw error;
            }),
          )
        ).includes("profile-untrusted"),
        JSON.stringify(rights),
      );
    }
  });
}

test("the refusal says where, why, and which command mends it", async (t) => {
  const { folder, context } = stage(t, { uid: strangerUid });
  const refused: unknown = await apply({ profile: "p.yaml", ...run }, context).catch(
    (error: unknown) => error,
  );
  t.match(refused instanceof Problems ? refused.list : refused, [
    {
      code: "profile-untrusted",
      severity: "error",
      where: { path: "p.yaml" },
      message: "others can change the profile",
      detail: new RegExp(`^${folder}/p.yaml belongs to `),
      hint: `review it, then chown root:root ${folder}/p.yaml && chmod go-w ${folder}/p.yaml`,
    },
  ]);
});

test(
  "a link is as good as the file that it leads to, and a folder in which others can replace it is as " +
    "bad as the file",
  async (t) => {
    const { folder, context } = stage(t);
    symlinkSync("p.yaml", `${folder}/link.yaml`);
    t.notOk((await refusals(apply({ profile: "link.yaml", ...run }, context))).includes("profile-untrusted"));
    chmodSync(`${folder}/p.yaml`, 0o666);
    t.same(await refusals(apply({ profile: "link.yaml", ...run }, context)), ["profile-untrusted"]);
    chmodSync(`${folder}/p.yaml`, 0o644);
    chmodSync(folder, 0o777);
    t.same(await refusals(apply({ profile: "p.yaml", ...run }, context)), ["profile-untrusted"]);
  },
);

test("an edit of the profile and the host refuses it before the profile's PINs are read", async (t) => {
  const args = {
    connection: "hsm_1",
    endpoints: ["127.0.0.1:1"],
    user: "amplia",
    dryRun: false,
    ...run,
    probe: false,
  };
  const planned = ({ context }: ReturnType<typeof stage>, dryRun: boolean) =>
    plannedEdit({
      edit: requestedEdit("set", args),
      args: { ...args, profile: "p.yaml", dryRun },
      host: new MemoryHost({}),
      context,
    });
  for (const rights of [{ mode: 0o666 }, { uid: strangerUid }]) {
    t.same(await refusals(planned(stage(t, rights), false)), ["profile-untrusted"], JSON.stringify(rights));
    await t.rejects(
      planned(stage(t, rights), true),
      { code: "account-missing" },
      "--dry-run goes on, to a host that has no account here",
    );
  }
});

test(
  "without PINs a profile that others can change is warned of by what changes nothing: config.json " +
    "lies in the service user's home",
  async (t) => {
    for (const verb of ["verify", "ha prove"]) {
      const { folder, context, problems } = stage(t, { mode: 0o666 });
      writeFileSync(`${folder}/p.yaml`, text.replace(/, pin: .*?}/, ""));
      await acting[verb]?.("p.yaml", context).catch(() => undefined);
      t.match(problems[0], { code: "profile-untrusted", severity: "warning" }, verb);
    }
  },
);

test("validate and plan warn: they change nothing", async (t) => {
  for (const rights of [{ mode: 0o666 }, { uid: strangerUid }]) {
    const { context, problems, results } = stage(t, rights);
    t.equal(await validate({ profiles: ["p.yaml"] }, context), 0);
    t.match(problems, [
      {
        code: "profile-untrusted",
        severity: "warning",
        where: { path: "p.yaml" },
        hint: /^knetctl apply refuses it: /,
      },
    ]);
    t.match(results, [/is valid/]);
    problems.length = 0;
    await plan({ profile: "p.yaml", inPlace: false }, context).catch(() => undefined);
    t.match(problems[0], { code: "profile-untrusted", severity: "warning" });
  }
});

test("nothing is said of one that is root's alone", async (t) => {
  const { folder, context, problems } = stage(t);
  writeFileSync(`${folder}/other`, "");
  chownSync(`${folder}/other`, strangerUid, 0);
  t.equal(await validate({ profiles: ["p.yaml"] }, context), 0);
  t.same(problems, []);
});
