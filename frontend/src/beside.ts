/* Two runs beside each other, which stand in the page already: Play goes both from moment to moment, as the link Next does. A file
 * has its moments in templates; the page asks for each where it came from. */

/** Milliseconds that a moment stands. */
const STANDS = 250;
const main = document.querySelector("main.beside") as HTMLElement;
const told = document.createElement("p");
told.className = "sr";
told.setAttribute("role", "status");
main.after(told);
let playing = 0;

const part = <Kind extends HTMLElement>(of: string): Kind | null => main.querySelector<Kind>(`.dock ${of}`);

async function momentAt(to: string): Promise<Node[]> {
  const kept = document.querySelector<HTMLTemplateElement>(`template[data-at="${to}"]`);
  if (kept) return [...kept.content.cloneNode(true).childNodes];
  const answer = await fetch(to);
  if (!answer.ok) throw new Error(answer.statusText);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return [...(page.querySelector("main.beside")?.childNodes ?? [])];
}

/** Show a moment in the place of the one that is there; what was chosen and what has the focus stay. */
async function show(to: string): Promise<void> {
  const moment = await momentAt(to);
  const focused = document.activeElement?.closest(".dock") ? document.activeElement.className.split(" ").pop() : "";
  const chosen = main.querySelector<HTMLInputElement>("[name=rows]:checked")?.value;
  main.replaceChildren(...moment);
  const same = main.querySelector<HTMLInputElement>(`[name=rows][value="${chosen}"]`);
  if (same) same.checked = true;
  history.replaceState(null, "", to);
  ready();
  if (focused) part(`.${focused}`)?.focus();
}

function ready(): void {
  const button = part<HTMLButtonElement>(".play");
  if (!button) return;
  button.hidden = false;
  button.textContent = playing ? "⏸ Pause" : "▶ Play";
  button.onclick = () => void (playing ? stop() : play(button));
}

function stop(): void {
  playing = 0;
  ready();
  told.textContent = main.querySelector("[data-moment]")?.getAttribute("data-moment") ?? "";
}

const nextOf = (): string | null => part(".next[href]")?.getAttribute("href") ?? null;

async function play(button: HTMLButtonElement): Promise<void> {
  playing = performance.now();
  const mine = playing;
  ready();
  try {
    if (!nextOf()) await show(button.dataset.first ?? "");
    for (let to = nextOf(); to && playing === mine; to = nextOf()) {
      const stands = new Promise((over) => setTimeout(over, STANDS));
      await show(to);
      await stands;
    }
  } finally {
    if (playing === mine) stop();
  }
}

main.addEventListener("click", (event) => {
  const to = (event.target as Element).closest(".dock a")?.getAttribute("href");
  if (!to?.startsWith("#")) return;
  event.preventDefault();
  playing = 0;
  void show(to);
});
ready();
if (location.hash && document.querySelector(`template[data-at="${CSS.escape(location.hash)}"]`)) void show(location.hash);
