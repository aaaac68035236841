import { apply } from "./apply.js";
import { completion } from "./completion.js";
import { demo } from "./demo.js";
import { doctor } from "./doctor.js";
import { ha } from "./ha.js";
import { history } from "./history.js";
import { init } from "./init.js";
import { plan } from "./plan.js";
import { prove } from "./prove.js";
import { rehearse } from "./rehearse.js";
import { render } from "./render.js";
import { report } from "./report.js";
import { rollback } from "./rollback.js";
import { schema } from "./schema.js";
import { simulator } from "../simulator/simulator.js";
import { smoke } from "./smoke.js";
import { validate } from "./validate.js";
import type { Verb, VerbGroup } from "./verb.js";
import { verify } from "./verify.js";
import { version } from "./version.js";

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
