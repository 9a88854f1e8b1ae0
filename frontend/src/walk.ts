/** Where one stands among the steps of a run that can be gone to: all of them, or those that were recorded. */

import { type Signal, signal } from "@preact/signals";

export class Walk {
  readonly place: Signal<number>;
  readonly playing: Signal<boolean>;

  /** `along`: a walk that this one goes along with, as far as it has steps. */
  constructor(
    private readonly count: () => number,
    private readonly steps?: readonly number[],
    along?: Walk,
  ) {
    this.place = along?.place ?? signal(0);
    this.playing = along?.playing ?? signal(false);
  }

  /** The last place; of a run of none it is 0. */
  get last(): number {
    return Math.max(0, this.count() - 1);
  }

  /** The place in view: a run may have become shorter. */
  get here(): number {
    return Math.min(this.place.value, this.last);
  }

  /** Number of the step in view. */
  get step(): number {
    return this.stepAt(this.here);
  }

  stepAt(place: number): number {
    return this.steps?.[place] ?? place;
  }

  go(place: number): void {
    this.place.value = Math.max(0, Math.min(this.last, Math.round(place)));
  }

  /** Place of the step nearest to another. */
  near(step: number): number {
    if (!this.steps) return step;
    const away = this.steps.map((here) => Math.abs(here - step));
    return away.reduce((best, distance, place) => (distance < away[best] ? place : best), 0);
  }

  /** Place of the last step at another or before it. */
  before(step: number): number {
    return this.steps
      ? Math.max(
          0,
          this.steps.findLastIndex((here) => here <= step),
        )
      : step;
  }

  /** Go on by itself, or stop; from the end anew. */
  play(): void {
    if (!this.playing.value && this.here === this.last) this.go(0);
    this.playing.value = !this.playing.value;
  }

  /** One step of going on by itself, which ends at the end. */
  next(): void {
    this.go(this.here + 1);
    if (this.here === this.last) this.playing.value = false;
  }
}
