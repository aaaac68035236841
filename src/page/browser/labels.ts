import type { DataMap } from "../data.js";

/** What a key of the profile is called on the page, where the key itself does not say it well. */
const labels: Readonly<Record<string, { readonly title: string }>> = {
  connections: { title: "Connections" },
  users: { title: "Users" },
  log_verbosity: { title: "What the client logs" },
  module: { title: "Module" },
  service: { title: "Service" },
  key_stores: { title: "Key stores of Amplia" },
  consumers: { title: "Other applications" },
  default_key_store: { title: "Default key store" },
  proof: { title: "Smoke test" },
  amplia: { title: "Amplia" },
  endpoints: { title: "Members, in the order in which they are asked" },
  ip: { title: "Address" },
  port: { title: "HTTPS port" },
  pin: { title: "PIN comes from" },
  sha256: { title: "SHA-256" },
  fd: { title: "file descriptor" },
  env: { title: "environment variable" },
  credential: { title: "systemd credential" },
  prompt: { title: "asked on the terminal" },
  unit: { title: "systemd unit" },
  app_id: { title: "Application id" },
  app_key: { title: "Application key comes from" },
  cert_thumb: { title: "Certificate thumbprint" },
  use_hsm: { title: "Keys in an HSM" },
  root_password: { title: "Root password comes from" },
  vco_password: { title: "VCO password comes from" },
  password: { title: "Password comes from" },
  vco_username: { title: "VCO username" },
  target: { title: "Settings file" },
  in_place: { title: "Install in place" },
  create: { title: "Create the account" },
  archive: { title: "Archive" },
  authentication_type: { title: "Authentication type" },
  fingerprint: { title: "Fingerprint of the certificate" },
  connection: { title: "Connection" },
  user: { title: "User" },
  group: { title: "Group" },
  home: { title: "Home folder" },
  health: { title: "Health check" },
  start_timeout: { title: "Seconds for the start" },
  environment: { title: "Environment variables" },
  installer_timeout: { title: "Seconds for install.sh" },
  answers: { title: "Answers to install.sh" },
  network: { title: "Network for install.sh" },
  type: { title: "Type" },
  token_serial: { title: "Token serial number" },
  token_label: { title: "Token label" },
  host: { title: "Address" },
  root_username: { title: "Root username" },
  endpoint: { title: "Address of the vault" },
  address: { title: "Address" },
  file: { title: "File" },
  form: { title: "Form" },
  version: { title: "Version" },
  at_least: { title: "At least" },
  existing_keys: { title: "Existing keys" },
  token_objects: { title: "Keys made on the token" },
  keys: { title: "Keys that must be there" },
};

/** "Token label" for token_label. */
export function labelOf(key: string): string {
  const words = key.replaceAll("_", " ");
  return labels[key]?.title ?? words.charAt(0).toUpperCase() + words.slice(1);
}

/** What a section of the form is about. */
export const abouts: Readonly<Record<string, string>> = {
  connections:
    "The ways to your VHSMs. Two or more members make an HA vector: the client asks them in this order. " +
    "Give the HTTPS port of each, not its TTLV port.",
  users:
    "Regular users of the VHSM with a password, not VCO users. The name becomes the label of the user's " +
    "token.",
  module: "The vendor's archive to install. Leave it out if the module is installed already.",
  service: "The account that runs the application and loads the module.",
  key_stores: "Sections of Amplia's settings that say where its keys are.",
  proof: "What knetctl has to prove on each token before it is content.",
  amplia: "What is known of the Amplia that reads the settings.",
};

interface ItemLabels {
  readonly title: string;
  readonly name: string;
  readonly add: string;
  /** What a new one is called, with a number behind it. */
  readonly stem: string;
}

/** What the entries of a map or list are called. */
const items: Readonly<Record<string, ItemLabels>> = {
  connections: { title: "Connection", name: "Name of the connection", add: "Add a connection", stem: "hsm" },
  users: { title: "User", name: "Name on the VHSM", add: "Add a user", stem: "user" },
  key_stores: { title: "Key store", name: "Name of the key store", add: "Add a key store", stem: "KeyStore" },
  consumers: {
    title: "Application",
    name: "Name of the application",
    add: "Add an application",
    stem: "app",
  },
  endpoints: { title: "Member", name: "Its name", add: "Add a member", stem: "member" },
  environment: { title: "Variable", name: "Name of the variable", add: "Add a variable", stem: "VARIABLE" },
  keys: { title: "Key", name: "Its name", add: "Add a key", stem: "key" },
  answers: { title: "Answer", name: "Its name", add: "Add an answer", stem: "answer" },
};

export function itemLabels(key: string): ItemLabels {
  return items[key] ?? { title: "Entry", name: "Its name", add: "Add an entry", stem: "name" };
}

/** Asked for at once; all other keys are one click away. Required ones are always shown. */
const usual = new Set(
  (
    "endpoints ip port connection pin archive sha256 user group home unit type version host app_id " +
    "app_key address password at_least module file root_username root_password"
  ).split(" "),
);

/** A user brings these along. */
const fromUser = ["module", "pin", "host", "port", "connection", "root_username", "root_password"];

/** `data`: what the group has so far. */
export function isUsual(key: string, data: DataMap): boolean {
  return usual.has(key) && !(data.has("user") && data.has("type") && fromUser.includes(key));
}
