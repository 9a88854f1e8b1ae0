/** The form of a table: its goal is no input, so its box among the inputs is out of use as long as it is the goal. */

const goal = document.querySelector<HTMLSelectElement>("select[name=goal]");
const boxes = document.querySelectorAll<HTMLInputElement>("input[name=input]");
/** Boxes that were ticked before they became the goal's. */
const ticked = new Set<HTMLInputElement>();

function leaveOut(): void {
  for (const box of boxes) {
    const isGoal = box.value === goal?.value;
    if (isGoal === box.disabled) continue;
    if (isGoal && box.checked) ticked.add(box);
    box.disabled = isGoal;
    box.checked = !isGoal && ticked.delete(box);
  }
}

goal?.addEventListener("change", leaveOut);
// a page that is gone back to has its choices filled in again
addEventListener("pageshow", leaveOut);
