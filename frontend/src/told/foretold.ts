/** Where one example leads, to the last bit: stepped until it settles, goes round or breaks off (diagnosis/before/stopping.py). */

import { Replay } from "../replay";
import type { Limits } from "../theory";
import { CONVERGING_STEPS, OTHER_STEPS, SLOW } from "./numbers";

const LEAST_STEPS = 4096;
const WIDE = 8;

interface Stop {
  settles_at: number;
  ends_at: number[];
  diverges_at: number;
  repeats: number;
}

const NOWHERE: Stop = { settles_at: -1, ends_at: [], diverges_at: -1, repeats: 0 };

export class Foretold {
  private found: Stop | null = null;

  constructor(
    private readonly replay: Replay,
    private readonly limits: Limits | null,
  ) {}

  get settles_at(): number {
    return this.stop.settles_at;
  }
  get ends_at(): number | number[] {
    return this.replay.recipe.bare ? this.stop.ends_at[0] : this.stop.ends_at;
  }
  get diverges_at(): number {
    return this.stop.diverges_at;
  }
  get repeats(): number {
    return this.stop.repeats;
  }

  /** Steps that a forecast makes at most; 0 where it does not have to make them. */
  get walked(): number {
    return this.isSlow ? 0 : this.allowed;
  }

  private get allowed(): number {
    const long = ["oscillates", "marginal", "diverges"].includes(this.limits?.regime ?? "");
    return Math.max(
      LEAST_STEPS,
      Math.floor(((long ? OTHER_STEPS : CONVERGING_STEPS) * WIDE) / Math.max(WIDE, this.replay.engine.size)),
    );
  }

  /** Whether Python finds the end without going there. */
  private get isSlow(): boolean {
    const { engine, recipe } = this.replay;
    const single = engine.size === recipe.k && !recipe.frozen;
    return single && this.limits?.regime === "converges" && this.limits.factor >= SLOW;
  }

  private get stop(): Stop {
    this.found ??= this.replay.recipe.n === 1 ? stopOf(this.ended()) : NOWHERE;
    return this.found;
  }

  /** The run itself where it came to an end of its own soon enough; else one that is let go on. */
  private ended(): Replay {
    const { replay, allowed } = this;
    const { ending, last_step } = replay.facts;
    const over = ending === "SETTLED" || ending === "CYCLING" || ending === "DIVERGED";
    if (over && last_step <= allowed) return replay;
    return Replay.run(replay.engine.module, { ...replay.recipe, steps: null, until_mse: null }, allowed, replay.engine);
  }
}

function stopOf(replay: Replay): Stop {
  const { facts, recipe } = replay;
  if (facts.ending === "DIVERGED") return { ...NOWHERE, diverges_at: facts.steps - 1 };
  if (facts.ending === "CYCLING") return { ...NOWHERE, repeats: facts.cycle?.[1] ?? 0 };
  if (facts.ending !== "SETTLED") return NOWHERE;
  const width = recipe.d + Number(recipe.layers[0].bias);
  const ends_at = Array.from(replay.stateAt(replay.steps).slice(0, recipe.k * width)).filter((_, i) => i % width < recipe.d);
  return { ...NOWHERE, settles_at: facts.settled_after ?? 0, ends_at };
}
