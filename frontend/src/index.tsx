/** The view, for any host: `mount` for a page, `render` for a notebook widget; at load it finds its own place in a page or file. */

import { type ComponentChild, render as draw } from "preact";
import bytes from "../build/core.wasm";
import { Engine, type Window } from "./engine";
import { Model } from "./model";
import "nodescope:offered";
import { isRecorded, type RecordedScene } from "./recorded";
import { type BothScene, isBoth, type Recipe, type Scene } from "./scene";
import { screens } from "./screens";
import { fill } from "./shadow";
import type { Again, Host, JudgedAnew, Ways } from "./view/kind";
import { Replayed } from "./view/replayed/kind";
import { repaint } from "./view/theme";

/** What a host hands over to be shown. */
type Document = Scene | RecordedScene | BothScene;

const core = bytes.then((whole) => WebAssembly.compile(whole));

/** Show a scene inside an element; gives back what takes it away again. */
export async function mount(
  place: HTMLElement,
  scene: Document,
  alone = false,
  python: Again | undefined = asking(place.dataset.again),
): Promise<() => void> {
  const { home, ways, bare } = place.dataset;
  const host: Host = { home, alone, bare, again: python, ways: ways ? (JSON.parse(ways) as Ways) : undefined };
  const view = await viewOf(scene, host, place.dataset.view === "start");
  // JupyterLab sees only this element, not what is inside its shadow: without this, keys pressed here would edit the notebook
  place.setAttribute("data-lm-suppress-shortcuts", "true");
  const root = fill(place, view);
  const unwatch = followTheme(place);
  place.dataset.ready = "true";
  return () => {
    unwatch();
    draw(null, root);
  };
}

async function viewOf(scene: Document, host: Host, first: boolean): Promise<ComponentChild> {
  if (isRecorded(scene)) return observed(scene, host);
  if (!isBoth(scene)) return replayed(scene, host, first);
  const Both = screens.both?.Show;
  return Both && <Both core={await core} scene={scene} host={host} />;
}

function observed(scene: RecordedScene, host: Host): ComponentChild {
  const Observed = screens.observed?.Show;
  return Observed && <Observed scene={scene} host={host} />;
}

async function replayed(scene: Scene, host: Host, first: boolean): Promise<ComponentChild> {
  const model = new Model(await core, scene);
  const Start = screens.start?.Show;
  if (host.alone) model.asked(location.hash);
  return first ? Start && <Start model={model} ways={host.ways} /> : <Replayed model={model} host={host} />;
}

/** What asks the page that this one came from. */
function asking(address: string | undefined): Again | undefined {
  if (!address) return undefined;
  return async (changed) => {
    const answer = await fetch(address, { method: "POST", body: JSON.stringify(changed) });
    if (!answer.ok) throw new Error(await answer.text());
    return (await answer.json()) as JudgedAnew;
  };
}

/** What asks the kernel of a notebook: each question has a number, which its answer has too. */
function askingThe(kernel: WidgetModel): Again {
  let asked = 0;
  return (changed) => {
    const number = ++asked;
    return new Promise((resolve, reject) => {
      const listen = (message: Answer): void => {
        if (message.number !== number) return;
        kernel.off("msg:custom", listen);
        if (message.judged) resolve(message.judged);
        else reject(new Error(message.wrong));
      };
      kernel.on("msg:custom", listen);
      kernel.send({ number, changed });
    });
  };
}

/** Notebooks have themes of their own, which `prefers-color-scheme` knows nothing of. */
function followTheme(place: HTMLElement): () => void {
  const set = () => {
    place.style.colorScheme = themeOf(document.body) ?? "";
    repaint();
  };
  set();
  const watch = new MutationObserver(set);
  watch.observe(document.body, { attributes: true });
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", repaint);
  return () => {
    watch.disconnect();
    dark.removeEventListener("change", repaint);
  };
}

function themeOf(body: HTMLElement): string | null {
  const lab = body.getAttribute("data-jp-theme-light");
  const code = body.getAttribute("data-vscode-theme-kind");
  if (lab) return lab === "true" ? "light" : "dark";
  if (code) return code.includes("light") ? "light" : "dark";
  return body.classList.contains("dark") ? "dark" : body.classList.contains("light") ? "light" : null;
}

/** All numbers of a recipe's steps, made here from its start: for whoever wants to hold this page's arithmetic beside another. */
export async function recomputed(recipe: Recipe, steps: number): Promise<Window> {
  const engine = new Engine(await core, recipe);
  return engine.window(engine.firstState(), 0, steps);
}

interface Answer {
  number: number;
  judged?: JudgedAnew;
  wrong?: string;
}

interface WidgetModel {
  get(name: string): unknown;
  send(message: object): void;
  on(name: string, listen: (message: Answer) => void): void;
  off(name: string, listen: (message: Answer) => void): void;
}

/** anywidget's port. */
export function render({ model, el }: { model: WidgetModel; el: HTMLElement }): () => void {
  const gone = mount(el, JSON.parse(model.get("scene") as string) as Document, false, askingThe(model));
  return () => void gone.then((unmount) => unmount());
}

/** Mount what is here and not mounted yet: the text of a scene has the id that its place names, or is inside the place. */
export async function start(): Promise<void> {
  const places = document.querySelectorAll<HTMLElement>("[data-nodescope]");
  for (const place of places) {
    const text = place.dataset.nodescope
      ? document.getElementById(place.dataset.nodescope)?.textContent
      : place.querySelector("script")?.textContent;
    if (!text || place.dataset.started) continue;
    place.dataset.started = "true";
    await shown(place);
    await mount(place, JSON.parse(text) as Document, places.length === 1 && place.dataset.nodescope !== "");
  }
}

/** When a place is in view; one that is hidden is filled then. */
function shown(place: HTMLElement): Promise<void> {
  if (!place.hidden) return Promise.resolve();
  return new Promise((done) => {
    const watch = new MutationObserver(() => {
      if (place.hidden) return;
      watch.disconnect();
      done();
    });
    watch.observe(place, { attributeFilter: ["hidden"] });
  });
}

// what stands behind this file in the same text adds its screens first
if (typeof document !== "undefined") void Promise.resolve().then(start);

export default { render };
