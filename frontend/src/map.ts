/* The map of a sweep, which stands in the page already: its cells become one stop of the Tab key, between which arrow keys walk. */
const cells = new Map([...document.querySelectorAll<SVGElement>(".cell")].map((cell) => [cell.dataset.at ?? "", cell]));
const STEPS: Record<string, [number, number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};
let here = cells.get(document.querySelector<SVGElement>("svg.heat")?.dataset.best ?? "") ?? [...cells.values()][0];

function stand(cell: SVGElement): void {
  here?.setAttribute("tabindex", "-1");
  here = cell;
  cell.setAttribute("tabindex", "0");
}

function walk(event: KeyboardEvent): void {
  const step = STEPS[event.key];
  const at = (event.currentTarget as SVGElement).dataset.at?.split(" ").map(Number);
  if (!step || !at || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  const [line = 0, column = 0] = at;
  cells.get(`${line + step[0]} ${column + step[1]}`)?.focus();
}

for (const cell of cells.values()) {
  cell.setAttribute("tabindex", "-1");
  cell.addEventListener("keydown", walk);
  cell.addEventListener("focus", () => stand(cell));
}
if (here) stand(here);
/* on a narrow screen the map is wider than its place: the best cell stands in the middle of what is seen */
const room = document.querySelector("svg.heat")?.parentElement;
if (here && room) {
  const [best, seen] = [here.getBoundingClientRect(), room.getBoundingClientRect()];
  room.scrollLeft += best.left + best.width / 2 - (seen.left + seen.width / 2);
}
for (const told of document.querySelectorAll<HTMLElement>(".keys")) told.hidden = false;
