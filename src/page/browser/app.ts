import { type ComponentChild, h } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import type { JsonData } from "../../formats/json/json-text.js";
import { reportPicture } from "../../pictures/report-picture.js";
import { type DataMap, isMap, type Path } from "../data.js";
import { type Made, outputsOf } from "../outputs.js";
import { fragmentOf } from "../share.js";
import { takeOver } from "../take-over.js";
import { bytesOf, copy, filesIn } from "./files.js";
import { Form } from "./form.js";
import { Header } from "./header.js";
import { emptyForm, exampleForm, idOf, type Model } from "./model.js";
import { Notices, type Notice } from "./notices.js";
import { OutputsPanel, type Shown } from "./outputs-panel.js";
import { spoken, spokenWord } from "../../language/spoken.js";
import { type Language, speakIn } from "./wanted-language.js";
import { Secrets } from "./secrets.js";
import { Summary, summaryText } from "./summary.js";

const nothing: Made = { problems: [], outputs: [], secrets: [], literals: [] };

/** The whole page. `first`: its data, and what there is to say about where they come from. */
export function App({
  first,
  wanted,
}: {
  first: DataMap | "broken" | undefined;
  wanted: Language;
}): ComponentChild {
  const [language, setLanguage] = useState(wanted);
  const brought = first === "broken" ? undefined : first;
  const [data, setData] = useState<DataMap>(() => brought ?? emptyForm());
  const [visited, setVisited] = useState<ReadonlySet<string> | "all">(
    brought === undefined ? new Set() : "all",
  );
  const [notice, setNotice] = useState<Notice | undefined>(
    first === "broken"
      ? { isBad: true, title: "the link is damaged: the form starts empty", lines: [] }
      : undefined,
  );
  const [given, setGiven] = useState<ReadonlyMap<string, string>>(new Map());
  const [areShown, setShown] = useState(false);
  const [picture, setPicture] = useState<string | undefined>(undefined);
  const [chosen, setChosen] = useState("profile");
  const [said, setSaid] = useState("");
  const [isOver, setOver] = useState(false);
  const [isBegun, setBegun] = useState(brought !== undefined);
  const made = useMade(data, areShown ? given : undefined);

  useMemo(() => {
    speakIn(language);
  }, [language]);
  useEffect(() => {
    document.documentElement.lang = language;
    document.title = spokenWord("knetctl generator");
  }, [language]);
  useEffect(() => {
    if (!isBegun) return;
    const fragment = fragmentOf(
      data,
      made.literals.map(({ path }) => path),
    );
    history.replaceState(null, "", `#${fragment}`);
  }, [data, made, isBegun]);

  const change = (next: JsonData): void => {
    setBegun(true);
    if (isMap(next)) setData(next);
  };
  const begin = (next: DataMap, shows: "all" | "nothing", about: Notice | undefined): void => {
    change(next);
    setVisited(shows === "all" ? "all" : new Set());
    setNotice(about);
  };
  const open = async (file: File): Promise<void> => {
    const taken = await takeOver(await bytesOf(file), file.name, data);
    if (taken.is === "unusable") {
      const lines = taken.problems.map(({ title, detail, hint, where }) => ({
        text: [title, detail].filter((part) => part !== undefined).join(": "),
        ...(where?.line !== undefined && { place: `${file.name}:${where.line}:${where.column ?? 1}` }),
        ...(hint !== undefined && { hint }),
      }));
      setNotice({ isBad: true, title: "the file cannot be taken over", lines });
    } else if (taken.is === "report") {
      const svg = reportPicture(taken.report);
      if (svg === undefined)
        setNotice({
          isBad: true,
          title: "the file is no report of ha probe, ha prove or ha drill",
          lines: [],
        });
      else {
        setPicture(svg);
        setChosen("report");
      }
    } else
      begin(taken.data, "all", {
        isBad: false,
        title: "taken over from the file",
        file: file.name,
        lines: taken.notes.map((text) => ({ text })),
      });
  };

  const model: Model = {
    data,
    isBegun,
    problems: made.problems,
    isVisited: (path) => visited === "all" || visited.has(idOf(path)),
    visit: (path: Path) => {
      setVisited((now) => (now === "all" || now.has(idOf(path)) ? now : new Set([...now, idOf(path)])));
    },
    change,
  };
  const outputs: readonly Shown[] = [
    ...made.outputs,
    ...(picture === undefined ? [] : [{ id: "report", title: "Report", file: "report.svg", svg: picture }]),
  ];
  const tell = (words: string): void => {
    setSaid(words);
  };
  return h(
    "div",
    {
      class: `app ${isOver ? "over" : ""}`,
      onDragOver: (event: DragEvent) => {
        event.preventDefault();
        setOver(true);
      },
      onDragLeave: (event: DragEvent) => {
        if (event.relatedTarget === null) setOver(false);
      },
      onDrop: (event: DragEvent) => {
        event.preventDefault();
        setOver(false);
        for (const file of filesIn(event)) void open(file);
      },
    },
    [
      h("a", { class: "skip", href: "#panel" }, spokenWord("Skip to the files")),
      h(Header, {
        language,
        speak: setLanguage,
        open: (file) => void open(file),
        example: () => {
          begin(exampleForm(), "all", undefined);
        },
        clear: () => {
          begin(emptyForm(), "nothing", undefined);
          setBegun(false);
          history.replaceState(null, "", location.pathname);
          setGiven(new Map());
          setShown(false);
          setPicture(undefined);
        },
        link: () =>
          void copy(location.href).then((done) => {
            tell(
              done ? spokenWord("the link is copied") : spokenWord("the browser does not let this page copy"),
            );
          }),
      }),
      h("main", null, [
        h("div", { class: "left" }, [
          h(Notices, {
            notice,
            close: () => {
              setNotice(undefined);
            },
          }),
          h(Form, { model }),
        ]),
        h("div", { class: "right" }, [
          h(Summary, { problems: made.problems, visit: model.visit }),
          h(OutputsPanel, { outputs, chosen, choose: setChosen, tell }),
          h(Secrets, {
            names: made.secrets,
            given,
            areShown,
            give: (name, text) => {
              setGiven(new Map([...given, [name, text]]));
            },
            show: setShown,
          }),
        ]),
      ]),
      h(
        "p",
        { class: "off-screen", role: "status", "aria-live": "polite" },
        said === "" ? counted(made) : spoken(said),
      ),
    ],
  );
}

function counted({ problems }: Made): string {
  const missing = problems.filter(({ code }) => code === "profile-key-missing").length;
  const warnings = problems.filter(({ severity }) => severity === "warning").length;
  return problems.length === 0
    ? spokenWord("no problems")
    : summaryText(problems.length - missing - warnings, warnings, missing);
}

/** What the program makes of the data; of answers that come late, only the last is taken. */
function useMade(data: DataMap, secrets: ReadonlyMap<string, string> | undefined): Made {
  const [made, setMade] = useState(nothing);
  useEffect(() => {
    let isLate = false;
    void outputsOf(data, secrets ?? new Map()).then((result) => {
      if (!isLate) setMade(result);
    });
    return () => {
      isLate = true;
    };
  }, [data, secrets]);
  return made;
}
