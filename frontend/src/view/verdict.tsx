/** The verdict with its findings and its proof, and Python that makes the run again. */

import { useState } from "preact/hooks";
import { clip, count, exact, number } from "../numbers";
import type { Finding, Proof } from "../scene";
import type { Judged } from "./kind";
import { Card, Table } from "./parts";

/** Letters of somebody's sentence that are shown. */
const SENTENCE = 2000;

export function Verdict({ judged }: { judged: Judged }) {
  const { verdict, foretold, findings, proof, python } = judged;
  if (!verdict && !foretold && !findings.length) return null;
  return (
    <Card id="ns-verdict" title="Verdict" place="verdict">
      {verdict && <p>{clip(verdict, SENTENCE)}</p>}
      {foretold && <p class="soft">Foretold: {foretold}</p>}
      {proof ? (
        <details>
          <summary>Findings and proof</summary>
          <Findings findings={findings} />
          {proof.length > 0 && <ProofTable proof={proof} />}
        </details>
      ) : (
        <Findings findings={findings} />
      )}
      {python && <Python text={python} />}
    </Card>
  );
}

function Findings({ findings }: { findings: Finding[] }) {
  return (
    <ul class="findings">
      {findings.map(({ name, severity, text, remedy }) => (
        <li key={`${name} ${text}`} class={severity}>
          <b>
            {severity}: {name}
          </b>
          <p>{clip(text, SENTENCE)}</p>
          {remedy && (
            <p>
              <span class="soft">Remedy:</span> {clip(remedy, SENTENCE)}
            </p>
          )}
        </li>
      ))}
    </ul>
  );
}

function ProofTable({ proof }: { proof: Proof[] }) {
  return (
    <Table label="Proof" caption="predicted beside recorded" heads={["step", "number", "recorded", "is", "predicted"]}>
      <tbody>
        {proof.map((row) => (
          <tr key={`${row.step} ${row.quantity}`}>
            <td>{count(row.step)}</td>
            <td>{row.quantity}</td>
            <td>{exact(number(row.recorded))}</td>
            <td>{row.agrees ? row.relation : `not ${row.relation}`}</td>
            <td>{exact(number(row.predicted))}</td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

function Python({ text }: { text: string }) {
  const [said, setSaid] = useState("");
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setSaid("copied");
    } catch {
      setSaid("select the text and copy it");
    }
  };
  return (
    <details>
      <summary>In Python</summary>
      <pre tabIndex={0}>
        <code>{text}</code>
      </pre>
      <button type="button" onClick={copy}>
        Copy
      </button>{" "}
      <span role="status">{said}</span>
    </details>
  );
}
