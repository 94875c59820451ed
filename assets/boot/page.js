// The first script of a page: starts the screens and, on the citizen's pages, keeps the build for times without network.
//
// It must never start code of another build (every address comes from the table that stands in the page itself) and never change builds by
// itself: the screens ask for it when no draft is open.
//
// What it notes on <html>: class "no-engine" when the screens cannot start here; data-boot="loading|ready|failed"; data-offline="ready" once a
// build is kept whole, this one or a newer; data-update="ready" once a newer build is kept whole. Each of the latter two is also said on `window`:
// "lanterna-offline-ready", "lanterna-update-ready"; "lanterna-replaced" says that another tab has activated a newer build.
// What it listens to on `window`: "lanterna-activate-update" (activate the waiting build and load it) and "lanterna-reload" (get the newest build
// there is and load it).

const table = JSON.parse(document.getElementById("lanterna-build").textContent);
const root = document.documentElement;
const isCitizen = table.base === "/";
const inShell = "__TAURI_INTERNALS__" in globalThis;

function say(name) {
  window.dispatchEvent(new Event(name));
}

function note(name) {
  if (root.dataset[name] === "ready") return;
  root.dataset[name] = "ready";
  say(`lanterna-${name}-ready`);
}

async function startScreens() {
  root.dataset.boot = "loading";
  try {
    const { default: start } = await import(table.assets["ui.js"]);
    await start({ module_or_path: table.assets["ui.wasm"] });
    root.dataset.boot = "ready";
  } catch (error) {
    // The shell shows what still works: the telephone numbers and the plain form.
    root.dataset.boot = "failed";
    root.classList.add("no-engine");
    console.error("Lanterna cannot start here:", error);
  }
}

// Asks a service worker which build it holds and whether every file of it is there.
function ask(worker) {
  return new Promise((resolve) => {
    const channel = new MessageChannel();
    const late = setTimeout(() => resolve(null), 5000);
    channel.port1.onmessage = (message) => {
      clearTimeout(late);
      channel.port1.close();
      resolve(message.data);
    };
    worker.postMessage({ type: "status" }, [channel.port2]);
  });
}

async function keepForOffline() {
  const workers = navigator.serviceWorker;
  if (!workers) {
    window.addEventListener("lanterna-activate-update", () => location.reload());
    window.addEventListener("lanterna-reload", () => location.reload());
    return;
  }
  let registration = null;
  let asked = false;
  const hadController = Boolean(workers.controller);

  async function look() {
    if (registration.active) {
      const status = await ask(registration.active);
      if (status && status.complete) note("offline");
      // Activated while this page was on its way here: loading it again is all that is left to do.
      if (status && status.build !== table.build) note("update");
    }
    if (registration.waiting && workers.controller) note("update");
  }

  function follow(worker) {
    if (worker) worker.addEventListener("statechange", look);
  }

  function activate() {
    asked = true;
    const waiting = registration && registration.waiting;
    if (waiting) waiting.postMessage({ type: "activate" });
    else location.reload();
  }

  // A worker that is being installed becomes the waiting one, or vanishes when it cannot be fetched whole.
  function settled(worker) {
    return new Promise((resolve) => {
      const check = () => {
        if (worker.state === "installing") return;
        worker.removeEventListener("statechange", check);
        resolve();
      };
      worker.addEventListener("statechange", check);
      check();
    });
  }

  workers.addEventListener("controllerchange", () => {
    if (asked) location.reload();
    else if (hadController) say("lanterna-replaced");
  });
  window.addEventListener("lanterna-activate-update", activate);
  window.addEventListener("lanterna-reload", async () => {
    try {
      await registration.update();
      if (registration.installing) await settled(registration.installing);
    } catch {
      // No network: what is here is the newest there is.
    }
    activate();
  });

  try {
    registration = await workers.register("/sw.js", { updateViaCache: "none" });
  } catch (error) {
    console.warn("Lanterna cannot be kept for times without network:", error);
    return;
  }
  registration.addEventListener("updatefound", () => follow(registration.installing));
  follow(registration.installing);
  await look();

  const hourMs = 3600000;
  let checkedAt = Date.now();
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "visible" || Date.now() - checkedAt < hourMs) return;
    checkedAt = Date.now();
    registration.update().catch(() => {});
  });
}

// Its engine ended when the page was put away.
window.addEventListener("pageshow", (event) => {
  if (event.persisted && isCitizen && !inShell) location.reload();
});

await startScreens();
if (isCitizen && !inShell) await keepForOffline();
