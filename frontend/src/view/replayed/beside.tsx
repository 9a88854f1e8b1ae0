/** The pictures beside a replayed run: its error over the weights where that is a bowl, over examples, and over steps. */

import { useContext } from "preact/hooks";
import { hasOneWeight, isLinear, widthOf } from "../../layers";
import { screens } from "../../screens";
import { Card } from "../parts";
import { BowlCard } from "./bowl";
import { Current } from "./context";
import { Contour } from "./contour";
import { ErrorCard } from "./error";
import { ScatterCard } from "./scatter";

export function Beside() {
  const { recipe } = useContext(Current).replay.value;
  const network = recipe.layers.length > 1;
  const Side = screens.network?.Side;
  return (
    <>
      {network && Side && <Side />}
      {hasOneWeight(recipe) && <BowlCard />}
      {recipe.n > 1 && isLinear(recipe) && <ScatterCard />}
      {isLinear(recipe) && widthOf(recipe.layers[0]) > 1 && (
        <Card id="ns-contour" title="Error over two weights">
          <Contour />
        </Card>
      )}
      <ErrorCard film={network} />
    </>
  );
}
