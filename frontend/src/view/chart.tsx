/** The frame that charts share: how wide they are, their axes with marks and names, always in letters of their true size. */

import type { ComponentChildren, RefObject } from "preact";
import { useRef } from "preact/hooks";
import { count, short } from "../numbers";
import { useLow, useWidth } from "./parts";

export interface Frame {
  wide: number;
  high: number;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** Widths up to which a chart is lower, too: a phone's. */
const NARROW = 420;
/** Room that a line of an axis takes. */
const LINE = 16;

/** A frame as wide as its place; lower where there is little height. */
export function useFrame(tall: number, low: number): [RefObject<HTMLDivElement | null>, Frame] {
  const box = useRef<HTMLDivElement>(null);
  const wide = useWidth(box);
  const high = useLow() || wide < NARROW ? low : tall;
  return [box, { wide, high, left: 52, right: wide - 12, top: 24, bottom: high - 40 }];
}

interface AxisProps {
  frame: Frame;
  name: string;
  ticks: number[];
  place: (value: number) => number;
}

/** Lines across, and what they stand for. */
export function Upright({ frame, name, ticks, place }: AxisProps) {
  const { left, right, top } = frame;
  return (
    <>
      {apart(ticks, place).map((tick, i) => (
        <g key={i}>
          <path d={`M${left} ${place(tick).toFixed(1)}H${right}`} class="grid-line" />
          <text class="ax e" x={left - 8} y={place(tick) + 4.5}>
            {short(tick)}
          </text>
        </g>
      ))}
      <text class="ax" x={0} y={top - 12}>
        {name}
      </text>
    </>
  );
}

/** Marks whose numbers do not touch. */
function apart(ticks: number[], place: (value: number) => number): number[] {
  const kept: number[] = [];
  for (const tick of ticks) if (!kept.length || Math.abs(place(kept[kept.length - 1]) - place(tick)) >= LINE) kept.push(tick);
  return kept;
}

/** The axis at the foot; a mark at the edge leans inwards. */
export function Foot({ frame, name, ticks, place, whole }: AxisProps & { whole?: boolean }) {
  const { left, right, bottom } = frame;
  return (
    <>
      <path d={`M${left} ${bottom}H${right}`} class="axis" />
      {ticks.map((tick, i) => (
        <g key={i}>
          <path d={`M${place(tick).toFixed(1)} ${bottom}v5`} class="axis" />
          <text class={`ax ${place(tick) > right - 20 ? "e" : "m"}`} x={Math.min(place(tick), right)} y={bottom + 19}>
            {whole ? count(tick) : short(tick)}
          </text>
        </g>
      ))}
      <text class="ax e" x={right} y={bottom + 36}>
        {name}
      </text>
    </>
  );
}

export function Chip({ children }: { children: ComponentChildren }) {
  return <span class="chip">{children}</span>;
}
