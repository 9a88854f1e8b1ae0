/* Two runs beside each other, which stand in the page already: Play takes both through their moments, as the link Next does. A file
 * has what a moment changes in templates; the page asks for each where it came from. Both step by step is a view of its own: in the
 * page at another address, in a file in the place of the overview. */

/** Milliseconds that a moment stands at least. */
const STANDS = 250;
const main = document.querySelector<HTMLElement>("main.beside") ?? document.createElement("main");
const steps = document.querySelector<HTMLElement>("[data-view=both]");
const told = document.createElement("p");
told.className = "sr";
told.setAttribute("role", "status");
if (main.parentNode) main.after(told);
let playing = 0;

/** What the page shows at a moment, and where the header's views lead from there. */
interface Moment {
  shown: Element[];
  views: string[];
}

const part = <Kind extends HTMLElement>(of: string): Kind | null => main.querySelector<Kind>(`.dock ${of}`);
const viewsOf = (page: Document): HTMLAnchorElement[] => [...page.querySelectorAll<HTMLAnchorElement>("nav.views a")];
const kept = (to: string): HTMLTemplateElement | null => document.querySelector(`template[data-at="${CSS.escape(to)}"]`);

async function momentAt(to: string): Promise<Moment> {
  const here = kept(to);
  if (here) {
    const shown = [...(here.content.cloneNode(true) as DocumentFragment).children];
    return { shown, views: [to, shown[shown.length - 1].getAttribute("data-step") ?? ""] };
  }
  const answer = await fetch(to);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const there = page.querySelectorAll("main.beside [data-part]");
  if (!answer.ok || !there.length) throw new Error(`no moment at ${to}`);
  return { shown: [...there], views: viewsOf(page).map((link) => link.getAttribute("href") ?? "") };
}

/** Show a moment in the place of the one that is there; what was chosen and what has the focus stay. */
function show(to: string, { shown, views }: Moment): void {
  const focused = document.activeElement?.closest(".dock") ? document.activeElement.className.split(" ").pop() : "";
  for (const of of shown) main.querySelector(`[data-part="${of.getAttribute("data-part")}"]`)?.replaceWith(of);
  for (const [i, link] of viewsOf(document).entries()) link.setAttribute("href", views[i]);
  history.replaceState(null, "", to);
  ready();
  if (focused) (part(`.${focused}:is([href], button)`) ?? part(".play"))?.focus();
}

function ready(): void {
  const button = part<HTMLButtonElement>(".play");
  if (!button) return;
  const sign = document.createElement("span");
  sign.ariaHidden = "true";
  sign.textContent = playing ? "❚❚" : "▶";
  button.hidden = false;
  button.replaceChildren(sign, playing ? " Pause" : " Play");
  button.onclick = () => void (playing ? stop() : play(button.dataset.first ?? ""));
}

/** Stop, and say where, or why; why is for all to see. */
function stop(why = ""): void {
  playing = 0;
  ready();
  const moment = main.querySelector("[data-moment]")?.getAttribute("data-moment") ?? "";
  told.className = why ? "" : "sr";
  told.textContent = why ? `${why} It stands at ${moment}.` : moment;
}

const nextOf = (): string | null => part(".next[href]")?.getAttribute("href") ?? null;
const stood = (): Promise<void> => new Promise((over) => setTimeout(over, STANDS));

/** From the moment that is there to the last; from the last, from the first on. Each is asked for while the one before stands. */
async function play(first: string): Promise<void> {
  playing = performance.now();
  const mine = playing;
  ready();
  try {
    let stands = Promise.resolve();
    for (let to: string | null = nextOf() ?? first; to; to = nextOf()) {
      const [moment] = await Promise.all([momentAt(to), stands]);
      if (playing !== mine) return;
      show(to, moment);
      stands = stood();
    }
    if (playing === mine) stop();
  } catch {
    if (playing === mine) stop("Play stopped: the page did not answer with the next moment.");
  }
}

main.addEventListener("click", (event) => {
  const to = (event.target as Element).closest(".dock a")?.getAttribute("href");
  if (!to?.startsWith("#")) return;
  event.preventDefault();
  void goTo(to);
});

/** What a file shows at an address behind its #: a moment of the overview, or both step by step. */
async function goTo(to: string): Promise<void> {
  const inSteps = to.startsWith("#step-");
  playing = 0;
  if (!inSteps && !kept(to)) return;
  main.hidden = inSteps;
  if (steps) steps.hidden = !inSteps;
  for (const [i, link] of viewsOf(document).entries())
    if (Number(inSteps) === i) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  if (inSteps) ready();
  else show(to, await momentAt(to));
}

/** Of the step in view the moment of the overview: the page has any, a file the last that it has until then. */
document.addEventListener("both at a moment", (event) => {
  const moment = (event as CustomEvent<number>).detail;
  const [overview] = viewsOf(document);
  const moments = [...document.querySelectorAll<HTMLElement>("template[data-at]")].map((of) => of.dataset.at ?? "");
  const until = moments.filter((at) => Number(at.slice("#at-".length)) <= moment).pop();
  const to = until ?? overview?.getAttribute("href")?.replace(/at=\d+$/, `at=${moment}`);
  if (to) overview?.setAttribute("href", to);
});

ready();
const asked = (): void => void goTo(location.hash);
if (document.querySelector("template[data-at]")) {
  addEventListener("hashchange", asked);
  if (location.hash) asked();
}
