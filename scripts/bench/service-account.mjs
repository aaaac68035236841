import { timed } from "./run.mjs";

/** The account that both ways of setting up expect to find. Only ever called in a sandbox. */
export function makeServiceAccount() {
  timed(["useradd", "--system", "--user-group", "--create-home", "--home-dir", "/var/amplia", "amplia"]);
}
