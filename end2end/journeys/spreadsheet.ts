// An ordinary spreadsheet program: LibreOffice, driven without a screen. A workbook is turned into flat XML, rows are
// put in as text cells, and LibreOffice writes the workbook that a clerk would hand in.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

function convert(file: string, to: string, folder: string): string {
  execFileSync("soffice", [`-env:UserInstallation=file://${folder}/profile`, "--headless", "--convert-to", to, "--outdir", folder, file], {
    stdio: "ignore",
    timeout: 80_000,
  });
  const ending = to.split(":")[0];
  const made = readdirSync(folder).find((name) => name.endsWith(`.${ending}`) && name.startsWith(basename(file).replace(/\.[^.]*$/, "")));
  if (!made) throw new Error(`LibreOffice made no ${ending} of ${file}`);
  return join(folder, made);
}

const escape = (text: string) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;");

/** Fills rows below the header of a template's sheet and saves it, as xlsx unless told otherwise. */
export function fill(template: string, sheet: string, rows: string[][], ending = "xlsx"): string {
  const folder = mkdtempSync(join(tmpdir(), "ranan-sheet-"));
  const flat = convert(template, "fods", folder);
  const xml = readFileSync(flat, "utf8");
  const start = xml.indexOf(`<table:table table:name="${sheet}"`);
  if (start < 0) throw new Error(`no sheet ${sheet}`);
  const header = xml.indexOf("</table:table-row>", start) + "</table:table-row>".length;
  const cells = rows
    .map((row) => `<table:table-row>${row.map((cell) => `<table:table-cell office:value-type="string"><text:p>${escape(cell)}</text:p></table:table-cell>`).join("")}</table:table-row>`)
    .join("");
  writeFileSync(flat, xml.slice(0, header) + cells + xml.slice(header));
  const out = mkdtempSync(join(tmpdir(), "ranan-sheet-"));
  return convert(flat, ending, out);
}

/** The first sheet of a workbook as LibreOffice reads it: lines of tab-separated cells. */
export function read(workbook: string): string[][] {
  const folder = mkdtempSync(join(tmpdir(), "ranan-sheet-"));
  const csv = convert(workbook, "csv:Text - txt - csv (StarCalc):9,34,76,1", folder);
  return readFileSync(csv, "utf8").trim().split("\n").map((line) => line.split("\t"));
}
