import { fieldsOf, parsedJson } from "../../formats/json/json-values.js";
import { get as httpGet, type IncomingMessage, type RequestOptions } from "node:http";
import { get as httpsGet } from "node:https";
import type { LookupFunction } from "node:net";
import { errorCode } from "../../problem/thrown.js";

/** The result of a query: what answered, or why that is not the answer of a healthy service. */
export type Health =
  | { readonly well: true; readonly who: string }
  | { readonly well: false; readonly reason: string };

export interface Asking {
  /** For the whole answer. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

const mostBytes = 64 * 1024;
const longestName = 80;

/**
 * GETs the URL at which an application answers when it is healthy: with a status of 200 to 299, in time.
 * Redirects are not followed, no proxy is used, an https certificate must be trusted, and at most 64 KiB of
 * the body are read. Never throws: an abort counts as no answer.
 */
export function askHealth(url: string, { timeoutMs, signal }: Asking): Promise<Health> {
  const protocol = URL.canParse(url) ? new URL(url).protocol : undefined;
  if (protocol !== "http:" && protocol !== "https:")
    return Promise.resolve({ well: false, reason: "it is not an http or https URL" });
  return new Promise((resolve) => {
    const settle = (health: Health): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
      resolve(health);
      request.destroy();
    };
    const fail = (error: Error): void => {
      settle({ well: false, reason: reasonOf(error) });
    };
    const stop = (): void => {
      settle({ well: false, reason: "interrupted" });
    };
    const timer = setTimeout(() => {
      settle({ well: false, reason: `no answer within ${timeoutMs / 1000} s` });
    }, timeoutMs);
    const request = (protocol === "https:" ? httpsGet : httpGet)(new URL(url), options(url), (response) => {
      bodyOf(response).then((body) => {
        settle(judged(response, body));
      }, fail);
    });
    request.on("error", fail);
    signal?.addEventListener("abort", stop, { once: true });
    if (signal?.aborted === true) stop();
  });
}

function options(url: string): RequestOptions & { rejectUnauthorized: boolean; autoSelectFamily: boolean } {
  const { hostname } = new URL(url);
  return {
    // a new connection, not one that an earlier answer has left open
    agent: false,
    headers: { accept: "application/json", connection: "close" },
    rejectUnauthorized: true,
    autoSelectFamily: true,
    ...(/^(.+\.)?localhost$/.test(hostname) && { lookup: thisMachine }),
  };
}

/**
 * RFC 6761, 6.3: `localhost` is this machine, whatever a resolver says; if a service listens on only one of
 * the addresses, that one answers.
 */
const thisMachine: LookupFunction = (_name, { all }, found) => {
  const addresses = [
    { address: "127.0.0.1", family: 4 },
    { address: "::1", family: 6 },
  ];
  if (all === true) found(null, addresses);
  else found(null, "127.0.0.1", 4);
};

/** The body's text; undefined when it is longer than is read. */
async function bodyOf(response: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    const part = Buffer.from(chunk as Uint8Array);
    bytes += part.length;
    if (bytes > mostBytes) return undefined;
    chunks.push(part);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function judged({ statusCode = 0 }: IncomingMessage, body: string | undefined): Health {
  if (statusCode >= 200 && statusCode < 300)
    return { well: true, who: productIn(body) ?? `it answers with status ${statusCode}` };
  const redirect = statusCode >= 300 && statusCode < 400 ? ", a redirect, which is not followed" : "";
  return { well: false, reason: `it answers with status ${statusCode}${redirect}` };
}

/** "Amplia 4.9.0 answers", if the body says so in the form of Amplia's /api/system/info. */
function productIn(body: string | undefined): string | undefined {
  const { productName, productVersion } = fieldsOf(parsedJson(body ?? ""));
  if (!isName(productName)) return undefined;
  return `${productName}${isName(productVersion) ? ` ${productVersion}` : ""} answers`;
}

function isName(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value.length <= longestName;
}

/**
 * The system's name for the failure; for several addresses, that of the last one. Errors of other kinds could
 * quote the URL.
 */
function reasonOf(error: Error): string {
  const last: unknown = error instanceof AggregateError ? error.errors.at(-1) : error;
  const code = errorCode(last);
  if (code === "ECONNREFUSED") return "nothing listens there (ECONNREFUSED)";
  return code ?? "the connection failed";
}
