/** The bar at the top: the way home, where the host has one, and what run this is. */

import { clip } from "../numbers";
import type { Host, Views } from "./kind";

export function Top({ title, host, views }: { title: string; host: Host; views?: Views }) {
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
      {views && (
        <nav class="views" aria-label="Views of the run">
          {views.names.map((name, i) => (
            <button type="button" key={name} aria-current={i === views.shown ? "page" : undefined} onClick={() => views.show(i)}>
              {name}
            </button>
          ))}
        </nav>
      )}
    </header>
  );
}
