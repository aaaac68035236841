import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import t from "tap";
import { hasBegun } from "../../../src/host/processes/has-begun.js";

/**
 * Takes this process's name, and has no command line for 0.3 s, as in execve(2). PR_SET_MM_MAP of prctl(2)
 * takes all places at once, in the order of struct prctl_mm_map, and needs no capability.
 */
const between = `
  my ($name, $prctl, $brk) = @ARGV;
  open(my $comm, ">", "/proc/self/comm"); print $comm $name; close $comm;
  open(my $stat, "<", "/proc/self/stat"); my @at = split / /, (<$stat> =~ s/.*\\) //r);
  sub commandLine {
    my ($end) = @_;
    my @places = (@at[23, 24, 42, 43, 44], syscall($brk, 0), @at[25, 45], $end, @at[47, 48], 0);
    my $map = pack("Q12 L l", @places, 0, -1);
    syscall($prctl, 35, 14, $map, length $map, 0) == 0 or die "prctl: $!";
  }
  commandLine($at[45]);
  $| = 1; print "ready\\n";
  select(undef, undef, undef, 0.3);
  commandLine($at[46]);
  sleep 1000;
`;
/** The numbers of prctl and brk. */
const calls = process.arch === "arm64" ? ["167", "214"] : ["157", "12"];
const ownName = readFileSync("/proc/self/comm", "latin1").trim();

t.test("a child that is still becoming its program is waited for, and not taken for dead", async (t) => {
  const child = spawn("perl", ["-e", between, ownName, ...calls], { stdio: ["ignore", "pipe", "inherit"] });
  t.teardown(() => child.kill("SIGKILL"));
  await once(child.stdout, "data");
  const file = (name: string): string => readFileSync(`/proc/${child.pid!}/${name}`, "latin1");
  t.same([file("comm").trim(), file("cmdline")], [ownName, ""]);
  t.equal(hasBegun(child.pid!), true);
  t.not(file("cmdline"), "");
});

t.test("one that has died with our name and no command line has not begun", async (t) => {
  const child = spawn("perl", ["-e", between, ownName, ...calls], { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  process.kill(child.pid!, "SIGKILL");
  // this process does not look at its children meanwhile, so it stays a zombie
  t.equal(hasBegun(child.pid!), false);
});
