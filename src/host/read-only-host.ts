import { Problem } from "../problem/problem.js";
import type { Accounts, Files, Host } from "./host.js";
import type { Command } from "./commands/command.js";
import type { AbsolutePath } from "./path.js";

/**
 * The same host with every write refused: `plan` and `verify` cannot change anything, whatever their steps
 * ask for. Only commands that are known to do nothing but look are run.
 */
export function readOnlyHost(host: Host): Host {
  return {
    root: host.root,
    readOnly: true,
    accounts: askedOnce(host.accounts),
    enter: host.enter,
    commands: {
      find: (program) => host.commands.find(program),
      run: (command) =>
        onlyLooks(command) ? host.commands.run(command) : Promise.reject(refusedCommand(command)),
    },
    files: (...trustedOwners) => readOnlyFiles(host.files(...trustedOwners)),
  };
}

/**
 * Many steps ask for the service's account, and nothing changes it there. One that is missing is asked for
 * again: somebody may create it while a question waits for an answer.
 */
function askedOnce(accounts: Accounts): Accounts {
  return {
    user: once((name) => accounts.user(name)),
    group: once((name) => accounts.group(name)),
    userName: once((uid) => accounts.userName(uid)),
    groupName: once((gid) => accounts.groupName(gid)),
    groupsOf: once((user) => accounts.groupsOf(user)),
  };
}

function once<Question, Answer>(ask: (question: Question) => Answer): (question: Question) => Answer {
  const answers = new Map<Question, Answer>();
  return (question) => {
    const answer = answers.get(question) ?? ask(question);
    answers.set(question, answer);
    return answer;
  };
}

function readOnlyFiles(files: Files): Files {
  const refuse = (path: AbsolutePath): never => {
    throw new Problem("host-read-only", "a write was asked for where nothing may be changed", {
      where: { path },
      hint: "this is a bug in knetctl: please report it",
    });
  };
  return {
    entry: (path) => files.entry(path),
    read: (path, maxBytes) => files.read(path, maxBytes),
    beginning: (path, bytes) => files.beginning(path, bytes),
    parts: (path, maxBytes, use) => files.parts(path, maxBytes, use),
    list: (path) => files.list(path),
    state: (path) => files.state(path),
    attributes: (path) => files.attributes(path),
    way: (path) => files.way(path),
    readLink: (path) => files.readLink(path),
    write: refuse,
    install: refuse,
    extend: refuse,
    createFolder: refuse,
    createLink: refuse,
    setOwner: refuse,
    setMode: refuse,
    setAttributes: refuse,
    remove: refuse,
    removeFolder: refuse,
    removeTemporaries: refuse,
    isTemporary: (name) => files.isTemporary(name),
  };
}

/**
 * `ldconfig -p` prints its cache, `ld.so --list` resolves a program's libraries without running it
 * (ld.so(8)).
 */
function onlyLooks({ program, args }: Command): boolean {
  const name = program.slice(program.lastIndexOf("/") + 1);
  if (name === "getent") return true;
  if (name === "ldconfig")
    return args.every((argument) => argument === "-p" || argument === "--print-cache") && args.length > 0;
  if (name === "ld.so" || /^ld-linux[\w.-]*\.so\.\d+$/.test(name)) return args[0] === "--list";
  // test(1) as another user, which asks the kernel whether that user may pass or read
  if (name === "setpriv") return /^(--[a-z-]+(=[\d,]+)? )+-- \/usr\/bin\/test -[rx] \//.test(args.join(" "));
  if (name === "timedatectl") return args[0] === "show";
  if (name === "systemctl") return args[0] === "is-active" || args[0] === "is-enabled" || args[0] === "show";
  return false;
}

function refusedCommand({ program }: Command): Problem {
  return new Problem("host-command-refused", `${program} was to run where nothing may be changed`, {
    hint: "this is a bug in knetctl: please report it",
  });
}
