import type { Verb, VerbGroup } from "./verb.js";
import { simulator } from "./simulator/simulator.js";
import { apply } from "./verbs/apply.js";
import { completion } from "./verbs/completion.js";
import { demo } from "./verbs/demo.js";
import { doctor } from "./verbs/doctor.js";
import { ha } from "./verbs/ha.js";
import { history } from "./verbs/history.js";
import { init } from "./verbs/init.js";
import { plan } from "./verbs/plan.js";
import { prove } from "./verbs/prove.js";
import { rehearse } from "./verbs/rehearse.js";
import { render } from "./verbs/render.js";
import { report } from "./verbs/report.js";
import { rollback } from "./verbs/rollback.js";
import { schema } from "./verbs/schema.js";
import { smoke } from "./verbs/smoke.js";
import { validate } from "./verbs/validate.js";
import { verify } from "./verbs/verify.js";
import { version } from "./verbs/version.js";

/** Every verb, in the order in which help lists them. */
export const verbs: readonly (Verb | VerbGroup)[] = [
  init,
  validate,
  render,
  plan,
  rehearse,
  apply,
  verify,
  history,
  rollback,
  smoke,
  prove,
  doctor,
  report,
  ha,
  simulator,
  demo,
  schema,
  completion,
  version,
];
