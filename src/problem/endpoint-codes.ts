import { exitCodes } from "./exit-codes.js";

/** What a probe may find wrong with an endpoint; part of `problemCodes`. */
export const endpointCodes = {
  "endpoint-name-not-found": exitCodes.unavailable,
  "endpoint-refused": exitCodes.unavailable,
  "endpoint-unreachable": exitCodes.unavailable,
  "endpoint-timeout-name": exitCodes.unavailable,
  "endpoint-timeout-connect": exitCodes.unavailable,
  "endpoint-timeout-tls": exitCodes.unavailable,
  "endpoint-timeout-answer": exitCodes.unavailable,
  "endpoint-rejected": exitCodes.unavailable,
  "endpoint-tls-closed": exitCodes.unavailable,
  "endpoint-tls-old": exitCodes.unavailable,
  "endpoint-tls-failed": exitCodes.unavailable,
  "endpoint-client-certificate": exitCodes.unavailable,
  "endpoint-certificate-expired": exitCodes.unavailable,
  "endpoint-certificate-not-yet-valid": exitCodes.unavailable,
  "endpoint-fingerprint": exitCodes.unavailable,
  "endpoint-ttlv": exitCodes.unavailable,
  "endpoint-plain-http": exitCodes.unavailable,
  "endpoint-other-service": exitCodes.unavailable,
  "endpoint-no-http": exitCodes.unavailable,
  "endpoint-not-knet": exitCodes.unavailable,
  "endpoint-query-refused": exitCodes.unavailable,
} as const;
