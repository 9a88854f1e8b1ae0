/** The bar at the top: the way home, where the host has one, what run this is, its views, and the ways out. */

import { clip } from "../numbers";
import { Popup } from "./help";
import type { Host, Views, Way, Ways } from "./kind";

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
      {host.ways && <Out {...host.ways} />}
    </header>
  );
}

/** Ways out; where there is little room all of them are in one list. */
function Out({ bar, files }: Ways) {
  return (
    <nav class="ways" aria-label="What to do with it">
      <span class="wide">
        <Links ways={bar} />
        {files.length > 0 && (
          <Popup name="Export ▾">
            <Links ways={files} />
          </Popup>
        )}
      </span>
      <span class="brief">
        <Popup name="More ▾">
          <Links ways={[...bar, ...files]} />
        </Popup>
      </span>
    </nav>
  );
}

export function Links({ ways }: { ways: Way[] }) {
  return (
    <>
      {ways.map(([text, to]) => (
        <a key={to} class="way" href={to}>
          {text}
        </a>
      ))}
    </>
  );
}
