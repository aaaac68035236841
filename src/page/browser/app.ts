import { type ComponentChild, h } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import type { JsonData } from "../../formats/json/json-text.js";
import { type DataMap, isMap, type Path } from "../data.js";
import { type Made, outputsOf } from "../outputs.js";
import { copy, filesIn } from "./files.js";
import { Form } from "./form.js";
import { Header } from "./header.js";
import { emptyForm, exampleForm, idOf, type Model } from "./model.js";
import { Notices, type Notice } from "./notices.js";
import { opened } from "./opening.js";
import { OutputsPanel, type Shown } from "./outputs-panel.js";
import { spoken, spokenWord } from "../../language/spoken.js";
import { type Language, speakIn } from "./wanted-language.js";
import { Secrets } from "./secrets.js";
import { Summary, summaryText } from "./summary.js";

const nothing: Made = { problems: [], outputs: [], secrets: [] };

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
  const [notices, setNotices] = useState<readonly Notice[]>(
    first === "broken"
      ? [{ isBad: true, title: "the link is damaged: the form starts empty", lines: [] }]
      : [],
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
  // what was made is of data that were looked at: a PIN among them is not in the address for a moment either
  const address = isBegun && made.fragment !== undefined ? `#${made.fragment}` : location.pathname;
  useEffect(() => {
    // browsers refuse an address that changes with each key
    const later = setTimeout(keep, isBegun ? 300 : 0, address);
    return () => {
      clearTimeout(later);
    };
  }, [address]);
  useEffect(() => {
    const later = setTimeout(setSaid, 5000, "");
    return () => {
      clearTimeout(later);
    };
  }, [said]);

  const change = (next: JsonData): void => {
    setBegun(true);
    if (isMap(next)) setData(next);
  };
  /** The browser's way back leads to what was there before. */
  const begin = (next: DataMap, shows: "all" | "nothing", about: readonly Notice[]): void => {
    keep(address);
    history.pushState(null, "");
    change(next);
    setVisited(shows === "all" ? "all" : new Set());
    setNotices(about);
  };
  const open = async (files: readonly File[]): Promise<void> => {
    const opening = await opened(files, data);
    if (opening.data === undefined) setNotices(opening.notices);
    else begin(opening.data, "all", opening.notices);
    if (opening.picture === undefined) return;
    setPicture(opening.picture);
    setChosen("report");
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
        void open(filesIn(event));
      },
    },
    [
      h(
        "a",
        {
          class: "skip",
          href: "#panel",
          onClick: (event: Event) => {
            // its address would take the place of the form's
            event.preventDefault();
            document.getElementById("panel")?.focus();
          },
        },
        spokenWord("Skip to the files"),
      ),
      h(Header, {
        language,
        speak: setLanguage,
        open: (files) => void open(files),
        example: () => {
          begin(exampleForm(), "all", []);
        },
        clear: () => {
          begin(emptyForm(), "nothing", []);
          setBegun(false);
          setGiven(new Map());
          setShown(false);
          setPicture(undefined);
        },
        link: () =>
          void copy(new URL(address, location.href).href).then((done) => {
            tell(
              done
                ? spokenWord("the link is copied")
                : spokenWord("the browser does not let this page copy: the link is its address"),
            );
          }),
      }),
      h("main", null, [
        h("div", { class: "left" }, [
          h(Notices, {
            notices,
            close: (closed) => {
              setNotices(notices.filter((one) => one !== closed));
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
        { class: said === "" ? "off-screen" : "said", role: "status", "aria-live": "polite" },
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

/** `address`: relative to the page's. */
function keep(address: string): void {
  history.replaceState(null, "", address);
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
