// Writes brotli copies. Input: lines of "SOURCE<tab>TARGET"; argument: quality 0 to 11.
import { promisify } from "node:util";
import { readFile, rename, writeFile } from "node:fs/promises";
import { brotliCompress, constants } from "node:zlib";

const compress = promisify(brotliCompress);
const quality = Number(process.argv[2]);
let input = "";
for await (const chunk of process.stdin) input += chunk;

async function one(line) {
  const [source, target] = line.split("\t");
  const bytes = await readFile(source);
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: quality,
    [constants.BROTLI_PARAM_LGWIN]: 24,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  // Renamed into place, so that a run that is stopped leaves no half file in the cache.
  await writeFile(`${target}.part`, await compress(bytes, { params }));
  await rename(`${target}.part`, target);
}

await Promise.all(input.split("\n").filter(Boolean).map(one));
