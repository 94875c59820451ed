// The first script of the engine's worker and of the photo worker (called "lanterna-photo"): a classic script, because Firefox knows module workers
// only since 114. Both run the same WebAssembly; the photo worker gets it compiled from the engine's.
//
// Messages that arrive before the engine listens are kept and handed over in order.

importScripts("{{asset:worker.js}}");

const early = [];
self.onmessage = (message) => early.push(message);

async function compile() {
  const address = "{{asset:worker.wasm}}";
  try {
    return await WebAssembly.compileStreaming(fetch(address));
  } catch {
    // A server that does not call the file application/wasm.
    const response = await fetch(address);
    if (!response.ok) throw new Error(`${address}: ${response.status}`);
    return await WebAssembly.compile(await response.arrayBuffer());
  }
}

async function start() {
  if (self.name === "lanterna-photo") {
    const [module, bytes] = await new Promise((resolve) => {
      self.onmessage = (message) => resolve([message.data.module, message.data.bytes]);
      for (const message of early) self.onmessage(message);
    });
    await wasm_bindgen({ module_or_path: module });
    wasm_bindgen.run_photo(new Uint8Array(bytes));
    return;
  }
  const module = await compile();
  await wasm_bindgen({ module_or_path: module });
  const on = wasm_bindgen.run_engine("{{build}}", module, self.location.href);
  self.onmessage = (message) => on(message.data);
  for (const message of early) on(message.data);
}

start().catch((error) => {
  // Thrown outside the promise, so that whoever started this worker hears it as the worker's error.
  setTimeout(() => {
    throw error;
  });
});
