/** The pictures beside a replayed run: its error over the weights where that is a bowl, over examples, and over steps. */

import { useContext } from "preact/hooks";
import { hasOneWeight, isLinear, widthOf } from "../../layers";
import { screens } from "../../screens";
import { BowlCard } from "./bowl";
import { Current } from "./context";
import { ErrorCard } from "./error";

export function Beside() {
  const { recipe } = useContext(Current).replay.value;
  const network = recipe.layers.length > 1;
  const Side = screens.network?.Side;
  const { Scatter, Contour } = screens.several ?? {};
  return (
    <>
      {network && Side && <Side />}
      {hasOneWeight(recipe) && <BowlCard />}
      {Scatter && recipe.n > 1 && isLinear(recipe) && <Scatter />}
      {Contour && isLinear(recipe) && widthOf(recipe.layers[0]) > 1 && <Contour />}
      <ErrorCard film={network} />
    </>
  );
}
