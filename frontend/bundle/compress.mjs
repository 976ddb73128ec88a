// Puts a brotli and a gzip copy beside each file of a folder that is worth it; the server sends them as they lie.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const WORTH = new Set([".css", ".html", ".js", ".json", ".svg", ".wasm", ".webmanifest"]);
const [folder] = process.argv.slice(2);

for (const name of readdirSync(folder, { recursive: true })) {
  if (!WORTH.has(extname(name))) continue;
  const file = join(folder, name);
  const content = readFileSync(file);
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
    [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
  };
  writeFileSync(`${file}.br`, brotliCompressSync(content, { params }));
  writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
}
