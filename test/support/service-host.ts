import type { Host } from "../../src/host/host.js";
import type { Command, CommandResult } from "../../src/host/commands/command.js";
import { path } from "../../src/host/path.js";
import { MemoryHost, type MemoryHostOptions } from "./memory-host.js";

/** Properties as `systemctl show` prints them, so many milliseconds and looks after a start. */
export type Life = (age: number, looks: number) => Readonly<Record<string, string | number>>;

export const up: Life = () => ({ ActiveState: "active", SubState: "running", Result: "success", MainPID: 7 });
/** Up since the machine was: nobody waits to see whether it stays so. */
export const upForLong: Life = () => ({ ...up(0, 0), ActiveEnterTimestampMonotonic: 1 });
export const down: Life = () => ({ ActiveState: "inactive", SubState: "dead", Result: "success" });
export const failed: Life = () => ({ ActiveState: "failed", SubState: "failed", Result: "exit-code" });

/** A host in memory with a service manager that knows one unit. */
export class ServiceHost extends MemoryHost {
  /** Each call but `show`: "restart". */
  readonly calls: string[] = [];
  readonly commandLines: (readonly string[])[] = [];
  load = "loaded";
  /** What the unit does now, and from its next start on. */
  life: Life;
  next: Life = up;
  /** What systemctl says of the next start. */
  says: Partial<CommandResult> = {};
  /** What `systemctl show` comes to, when it is not to work. */
  shows: Partial<CommandResult> | undefined;
  #since = 0;
  #looks = 0;
  #starts = 1;

  constructor(life: Life, options: MemoryHostOptions = {}) {
    super({ folders: ["/run/systemd/system", "/var/lib"], ...options });
    this.life = life;
  }

  override readonly commands: Host["commands"] = {
    find: (program) => (program === "systemctl" ? path("/usr/bin/systemctl") : undefined),
    run: (command) =>
      Promise.resolve({
        exitCode: 0,
        signal: null,
        timedOut: false,
        stdout: "",
        stderr: "",
        ms: 1,
        ...this.#run(command),
      }),
  };

  #run({ args }: Command): Partial<CommandResult> {
    const [verb = ""] = args;
    this.commandLines.push(args);
    if (verb === "show") return this.shows ?? { stdout: this.#shown() };
    this.calls.push(verb);
    if (verb === "restart" || verb === "start") {
      this.life = this.next;
      this.#since = performance.now();
      this.#looks = 0;
      this.#starts += 1;
      return this.says;
    }
    const isFailed = this.#lives()["ActiveState"] === "failed";
    if (isFailed === (verb === "reset-failed")) this.life = down;
    return {};
  }

  #lives(): ReturnType<Life> {
    return this.life(performance.now() - this.#since, this.#looks);
  }

  #shown(): string {
    const properties = {
      LoadState: this.load,
      Type: "simple",
      NRestarts: 0,
      InvocationID: `start-${this.#starts}`,
      MainPID: 0,
      ...this.#lives(),
    };
    this.#looks += 1;
    return Object.entries(properties)
      .map(([name, value]) => `${name}=${value}\n`)
      .join("");
  }
}
