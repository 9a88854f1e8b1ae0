/** A view has a place of its own in somebody's page: no style gets in or out. */

import { type ComponentChild, render } from "preact";
import { screens } from "./screens";
import css from "./style/every.css";

/** Draw a view in its place, or draw it anew; what it is drawn in. */
export function fill(place: HTMLElement, view: ComponentChild): ShadowRoot {
  const root = place.shadowRoot ?? styled(place.attachShadow({ mode: "open" }));
  render(view, root);
  return root;
}

function styled(root: ShadowRoot): ShadowRoot {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync([css, ...Object.values(screens).map((screen) => screen.css)].join(""));
  root.adoptedStyleSheets = [sheet];
  return root;
}
