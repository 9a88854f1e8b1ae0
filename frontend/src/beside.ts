/* Two runs beside each other, which stand in the page already: Play takes both through their moments, as the link Next does. A file
 * has its moments in templates; the page asks for each where it came from. */

/** Milliseconds that a moment stands at least. */
const STANDS = 250;
const main = document.querySelector("main.beside") as HTMLElement;
const told = document.createElement("p");
told.className = "sr";
told.setAttribute("role", "status");
main.after(told);
let playing = 0;

/** What the page shows at a moment, and where the header's views lead from there; a file has no views. */
interface Moment {
  shown: Node[];
  views: string[];
}

const part = <Kind extends HTMLElement>(of: string): Kind | null => main.querySelector<Kind>(`.dock ${of}`);
const viewsOf = (page: Document): HTMLAnchorElement[] => [...page.querySelectorAll<HTMLAnchorElement>("nav.views a")];

async function momentAt(to: string): Promise<Moment> {
  const kept = document.querySelector<HTMLTemplateElement>(`template[data-at="${to}"]`);
  if (kept) return { shown: [...kept.content.cloneNode(true).childNodes], views: [] };
  const answer = await fetch(to);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const there = page.querySelector("main.beside");
  if (!answer.ok || !there) throw new Error(`no moment at ${to}`);
  return { shown: [...there.childNodes], views: viewsOf(page).map((link) => link.getAttribute("href") ?? "") };
}

/** Show a moment in the place of the one that is there; what was chosen and what has the focus stay. */
function show(to: string, { shown, views }: Moment): void {
  const focused = document.activeElement?.closest(".dock") ? document.activeElement.className.split(" ").pop() : "";
  const chosen = main.querySelector<HTMLInputElement>("[name=rows]:checked")?.value;
  main.replaceChildren(...shown);
  for (const [i, link] of viewsOf(document).entries()) link.setAttribute("href", views[i]);
  const same = main.querySelector<HTMLInputElement>(`[name=rows][value="${chosen}"]`);
  if (same) same.checked = true;
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
  playing = 0;
  void showKept(to);
});

const showKept = async (to: string): Promise<void> => show(to, await momentAt(to));

ready();
if (location.hash && document.querySelector(`template[data-at="${CSS.escape(location.hash)}"]`)) void showKept(location.hash);
