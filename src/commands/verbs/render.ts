import { settingsForms } from "../../formats/settings/settings-text.js";
import { consumerTypes } from "../../consumers/consumer-types.js";
import { deploymentTargets } from "../command-line/deployment-targets.js";
import { idsOption, imageOption } from "../command-line/image-options.js";
import { flag, profileWord, text } from "../command-line/options.js";
import { verb } from "../verb.js";

/** Targets that start the application's image. */
const runsImages = ["containerfile", "compose", "kubernetes"];

export const render = verb({
  name: "render",
  describe: "print what would be written; needs neither root nor network",
  words: { profile: profileWord },
  options: {
    target: {
      choices: ["config", ...settingsForms, ...deploymentTargets, ...consumerTypes],
      default: "config",
      value: "WORD",
      describe:
        "the client's config.json; the application's settings: ini, JSON, or an environment file for " +
        "Docker (env) or systemd; or what deploys the client: a " +
        "Containerfile, a Compose file, objects of Kubernetes, user data for cloud-init, or a script that " +
        "hands the secrets to units as systemd credentials; or what a consumer reads",
    },
    image: imageOption,
    ids: idsOption,
    "key-store": { ...text("only this key store", "NAME"), names: "key-stores" },
    consumer: {
      ...text("this consumer, where the profile has several of the type", "NAME"),
      names: "consumers",
    },
    "show-secrets": flag("print PINs and passwords instead of where they come from"),
  },
  examples: [
    ["knetctl render profile.yaml", "the client's config.json"],
    ["knetctl render profile.yaml --target ini", "the application's settings"],
    ["knetctl render profile.yaml --target env --show-secrets > amplia.env", "for docker run --env-file"],
    ["knetctl render profile.yaml --target kubernetes --image registry.example.org/amplia:1", "for kubectl"],
    ["knetctl render profile.yaml --target openssl-engine", "an OpenSSL configuration, and the key's URI"],
    [
      "knetctl render profile.yaml --target systemd-credentials > credentials.sh",
      "to encrypt PINs for a host",
    ],
  ],
  exits: ["failed", "invalidProfile", "noPermission", "interrupted"],
  fault: ({ target, image, ids }) =>
    (image === undefined && ids === undefined) || runsImages.some((known) => known === target)
      ? undefined
      : `--${image === undefined ? "ids" : "image"} goes with --target ${runsImages.join(" or ")}`,
  run: async (args, context) => (await import("../run/render.js")).render(args, context),
});
