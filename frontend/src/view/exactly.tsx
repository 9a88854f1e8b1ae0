/** Every number of what is in view, exactly, one click away. */

import type { ComponentChildren } from "preact";
import { count, exact } from "../numbers";
import type { ExactRow } from "./kind";
import { Fold, Table } from "./parts";

const MOST = 200;

interface Props {
  /** Looked up only while they are shown. */
  rows: () => ExactRow[];
  caption: ComponentChildren;
  /** How Python reads them all. */
  python: string;
}

export function Exactly({ rows, caption, python }: Props) {
  return (
    <Fold name="Every number, exactly" kind="exactly">
      {() => <Rows rows={rows()} caption={caption} python={python} />}
    </Fold>
  );
}

function Rows({ rows: all, caption, python }: Omit<Props, "rows"> & { rows: ExactRow[] }) {
  return (
    <>
      <Table label="Every number of the step" caption={caption} heads={["number", "of", "value"]}>
        <tbody>
          {all.slice(0, MOST).map(([name, of, value]) => (
            <tr key={`${name} ${of}`}>
              <th scope="row">{name}</th>
              <td>
                <bdi>{of}</bdi>
              </td>
              <td class="exact" data-quantity={name} data-of={of}>
                {exact(value)}
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
      {all.length > MOST && (
        <p class="soft">
          {count(all.length - MOST)} more: read them in Python with {python}.
        </p>
      )}
    </>
  );
}
