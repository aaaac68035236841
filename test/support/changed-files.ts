import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

const kernelTypes = new RegExp(
  "^(proc|sysfs|cgroup2?|devpts|devtmpfs|mqueue|bpf|tracefs|debugfs|securityfs|pstore|configfs|fusectl|" +
    "hugetlbfs|nsfs)$",
);

/**
 * Regular files of all file systems of this mount namespace that were made or changed after `since` (a file's
 * own time of change).
 */
export function changedFiles(since: string): readonly string[] {
  const points = readFileSync("/proc/self/mounts", "utf8")
    .split("\n")
    .flatMap((line) => {
      const [, point = "", type = "", options = ""] = line.split(" ");
      return point === "" || kernelTypes.test(type) || options.split(",").includes("ro")
        ? []
        : [point.replaceAll("\\040", " ")];
    });
  // not by exit code: what other processes remove meanwhile is an error to find(1)
  const { stdout } = spawnSync(
    "find",
    [...new Set(points), "-xdev", "-type", "f", "-cnewer", since, "-print0"],
    { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 },
  );
  return [...new Set(stdout.split("\0").filter((file) => file !== ""))];
}
