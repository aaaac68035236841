import { test } from "tap";
import { notActive, restartTimeout } from "../../../src/host/service/service-problem.js";
import { article } from "../../../src/host/files/trust.js";
import { translator } from "../../../src/language/translator.js";
import { catalogue } from "../catalogue.js";

const { text } = translator([...catalogue().values()].flatMap((file) => [...file]));

test("a title that is put together of a unit and what is wrong with it is spoken whole", async (t) => {
  t.equal(text(restartTimeout("a.service", 5).message), "a.service não iniciou a tempo");
  const state = { load: "loaded", active: "failed", sub: "failed", result: "exit-code", type: "simple" };
  const stopped = notActive("a.service", {
    ...state,
    restarts: 0,
    invocation: "",
    mainPid: 0,
    mainStartUs: 0,
    activeUs: 0,
  });
  t.equal(
    text(`${stopped.message}, before anything is changed`),
    "a.service não está ativo, antes de qualquer alteração",
  );
});

test("what kind of thing is at a path is spoken too", async (t) => {
  t.equal(text(`it is ${article.link}`), "é um link simbólico");
  t.equal(
    text(`it was ${article.file}, and is ${article.device}`),
    "era um arquivo, e agora é um dispositivo",
  );
  t.equal(text("remove folder /srv/x"), "remover diretório /srv/x");
  t.equal(text("edit file /etc/x  0644 root:root"), "editar arquivo /etc/x  0644 root:root");
});

test("counts of one, and values that begin a sentence, are spoken", async (t) => {
  t.equal(text("1 error"), "1 erro");
  t.equal(
    text("of 6 tokens: signed with a key made in the session: 5, nothing is proven: 1"),
    "de 6 tokens: assinou com uma chave criada na sessão: 5, nada foi provado: 1",
  );
  t.equal(text("p.yaml is valid: 1 connection, 3 users"), "p.yaml é válido: 1 conexão, 3 usuários");
  t.equal(text("/run/x: other content, other owner"), "/run/x: outro conteúdo, outro dono");
  t.equal(text("run knetctl rollback 12 first"), "execute primeiro knetctl rollback 12");
  t.equal(
    text("run 12 of 2026-01-01 10:00: it was cut off before it was done"),
    "execução 12 de 2026-01-01 10:00: foi interrompida antes de terminar",
  );
  t.equal(text("the PIN from descriptor 3 is in quotes"), "o PIN obtido de descritor 3 está entre aspas");
});
