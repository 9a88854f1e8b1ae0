/** The bar at the top: the way home, where the host has one, and what run this is. */

import { clip } from "../numbers";
import type { Host } from "./kind";

export function Top({ title, host }: { title: string; host: Host }) {
  return (
    <header class="top">
      {host.home ? (
        <a href={host.home} aria-label="nodescope: all runs">
          nodescope
        </a>
      ) : (
        <b>nodescope</b>
      )}
      <span class="crumb">{clip(title, 80)}</span>
    </header>
  );
}
