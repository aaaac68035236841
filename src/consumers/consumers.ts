import type { Consumer, WantedConsumer } from "./consumer.js";
import { type ConsumerType, consumerTypes, isConsumerType } from "./consumer-types.js";
import { apache } from "./types/apache.js";
import { bulkSigner } from "./types/bulk-signer.js";
import { ejbca } from "./types/ejbca.js";
import { knot } from "./types/knot.js";
import { krill } from "./types/krill.js";
import { nginx } from "./types/nginx.js";
import { nss } from "./types/nss.js";
import { openbao } from "./types/openbao.js";
import { opendnssec } from "./types/opendnssec.js";
import { openssh } from "./types/openssh.js";
import { opensslEngine } from "./types/openssl-engine.js";
import { opensslProvider } from "./types/openssl-provider.js";
import { p11Kit } from "./types/p11-kit.js";
import { signserver, signserverWorker } from "./types/signserver.js";
import { stepCa } from "./types/step-ca.js";
import { sunPkcs11 } from "./types/sunpkcs11.js";

const table: Readonly<Record<ConsumerType, Consumer>> = {
  "p11-kit": p11Kit,
  "openssl-provider": opensslProvider,
  "openssl-engine": opensslEngine,
  openssh,
  krill,
  nginx,
  apache,
  knot,
  opendnssec,
  sunpkcs11: sunPkcs11,
  ejbca,
  signserver,
  "signserver-worker": signserverWorker,
  openbao,
  "step-ca": stepCa,
  nss,
  "bulk-signer": bulkSigner,
};

/** Every consumer, in the order of the documentation. */
export const consumers: readonly (Consumer & { readonly type: ConsumerType })[] = consumerTypes.map(
  (type) => ({
    ...table[type],
    type,
  }),
);

/** The consumer of that type; undefined if there is none. */
export function consumerOf(type: string): Consumer | undefined {
  return isConsumerType(type) ? table[type] : undefined;
}

/** What the consumer reads; without a PIN, for people, with a placeholder where it would be. */
export function consumerText(wanted: WantedConsumer, pin: string | undefined): string {
  return consumerOf(wanted.type)?.text(wanted, pin ?? `<PIN of ${wanted.token}>`) ?? "";
}
