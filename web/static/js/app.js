// What the platform does not do by itself: keys, suggestions, line entry,
// previews, and saying results aloud. Every page works without this file.
// Fragments from the server are parsed and adopted, never written as text.
"use strict";
(() => {
  const doc = document, root = doc.documentElement;
  const one = (sel, from = doc) => from.querySelector(sel);
  const all = (sel, from = doc) => [...from.querySelectorAll(sel)];
  const on = (type, fn, capture) => doc.addEventListener(type, fn, capture);
  const later = (fn, ms) => { let t; return (...a) => { clearTimeout(t); t = setTimeout(fn, ms, ...a); }; };
  const visible = el => el.getClientRects().length > 0;
  root.classList.add("js");

  const parse = text => new DOMParser().parseFromString(text, "text/html");
  const say = (text, role = "status") => {
    let live = one(`[data-say=${role}]`);
    if (!live) {
      live = doc.createElement("div");
      live.className = "sr";
      live.dataset.say = role;
      live.setAttribute("role", role);
      doc.body.append(live);
    }
    live.textContent = "";
    setTimeout(() => { live.textContent = text; }, 50);
  };
  // A command key: UUIDv7, as the server makes them.
  const newKey = () => {
    const b = crypto.getRandomValues(new Uint8Array(16)), now = Date.now();
    for (let i = 0; i < 6; i++) b[i] = Math.floor(now / 2 ** (40 - 8 * i)) % 256;
    b[6] = b[6] & 15 | 112;
    b[8] = b[8] & 63 | 128;
    return [...b].map((v, i) => ([4, 6, 8, 10].includes(i) ? "-" : "") + v.toString(16).padStart(2, "0")).join("");
  };

  // Keys
  const typing = el => el.closest("input:not([type=checkbox],[type=radio]),textarea,select,[contenteditable],dialog[open]");
  let going = 0;
  const rows = () => all("[data-rows] tbody tr:not(.answer)").filter(visible);
  const move = step => {
    const list = rows();
    if (!list.length) return;
    const at = list.findIndex(r => r.classList.contains("at"));
    const next = list[Math.min(list.length - 1, Math.max(0, at < 0 ? (step > 0 ? 0 : list.length - 1) : at + step))];
    list.forEach(r => r.classList.toggle("at", r === next));
    next.scrollIntoView({ block: "nearest" });
    (one("a[href]", next) || one("input", next))?.focus();
  };
  const current = () => doc.activeElement?.closest("[data-rows] tbody tr:not(.answer)") || one("[data-rows] tbody .at");
  const press = el => { if (el.matches("[aria-disabled=true],:disabled")) el.focus(); else el.click(); };
  on("keydown", e => {
    const find = one("[data-find]");
    if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === "k" && find) { e.preventDefault(); find.select(); find.focus(); return; }
    if (e.key === "Escape") {
      const open = all("details.menu[open]").pop();
      if (open) { open.open = false; one("summary", open).focus(); return; }
      if (e.target === find) find.blur();
      return;
    }
    if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing || typing(e.target)) return;
    const row = current();
    if (Date.now() - going < 1200) {
      going = 0;
      const link = all("[data-go]").find(a => a.dataset.go === e.key);
      if (link) { e.preventDefault(); location.assign(link.href); }
      return;
    }
    if (e.key === "/" && find) { e.preventDefault(); find.focus(); find.select(); }
    else if (e.key === "?") { e.preventDefault(); one("#keys")?.showModal(); }
    else if (e.key === "g") going = Date.now();
    else if (e.key === "j" || e.key === "k") { e.preventDefault(); move(e.key === "j" ? 1 : -1); }
    else if (e.key === "x" && row) one(".tick input", row)?.click();
    else if (e.key === "Enter" && row && !e.target.closest("a,button,summary")) one("a[href]", row)?.click();
    else {
      const target = all("[data-key]").find(el => el.dataset.key === e.key && visible(el));
      if (target) { e.preventDefault(); press(target); }
    }
  });
  on("focusin", e => {
    const row = e.target.closest("[data-rows] tbody tr:not(.answer)");
    if (row) all("[data-rows] tr.at").forEach(r => r.classList.toggle("at", r === row));
    row?.classList.add("at");
  });

  // Ticks and the bar that says what will happen to how many
  const count = form => {
    const boxes = all("tbody .tick input", form), n = boxes.filter(b => b.checked).length;
    all("[data-bulk-bar] [data-many]", form).forEach(el => {
      el.textContent = (n === 1 ? el.dataset.one : el.dataset.many).replace("{n}", n);
    });
    const every = one("[data-tick-all]", form);
    every.checked = n > 0 && n === boxes.length;
    every.indeterminate = n > 0 && n < boxes.length;
  };
  let lastTick;
  on("click", e => {
    const box = e.target.closest("[data-bulk] tbody .tick input");
    if (box) {
      const boxes = all("tbody .tick input", box.form);
      if (e.shiftKey && boxes.includes(lastTick)) {
        const [a, b] = [boxes.indexOf(lastTick), boxes.indexOf(box)].sort((x, y) => x - y);
        boxes.slice(a, b + 1).forEach(other => { other.checked = box.checked; });
      }
      lastTick = box;
      count(box.form);
    }
    const every = e.target.closest("[data-tick-all]");
    if (every) { all("tbody .tick input", every.form).forEach(b => { b.checked = every.checked; }); count(every.form); }

    const row = e.target.closest("[data-rows] tbody tr:not(.answer)");
    if (row && !e.target.closest("a,button,input,label,summary,details,select,textarea") && !String(getSelection())) {
      const link = one("a[href]", row);
      if (link && (e.ctrlKey || e.metaKey)) open(link.href); else link?.click();
    }
  });

  // Menus, dialogs, copying, showing a secret
  on("click", e => {
    all("details.menu[open]").forEach(d => { if (!d.contains(e.target)) d.open = false; });
    const opener = e.target.closest("[data-dialog]"), dialog = opener && doc.getElementById(opener.dataset.dialog);
    if (dialog) { e.preventDefault(); dialog.showModal(); }
    if (e.target.matches("dialog") || e.target.closest("[data-close]")) e.target.closest("dialog")?.close();
    const copy = e.target.closest("[data-copy]");
    if (copy) navigator.clipboard?.writeText(copy.dataset.copy).then(() => say(copy.dataset.done));
    const eye = e.target.closest("[data-reveal]");
    if (eye) {
      const box = doc.getElementById(eye.dataset.reveal), shown = box.type === "text", label = eye.ariaLabel;
      box.type = shown ? "password" : "text";
      eye.setAttribute("aria-label", eye.dataset.other);
      eye.dataset.other = label;
    }
  });

  // A form is sent once; coming back to the page frees it again
  on("submit", e => {
    const form = e.target;
    if (e.defaultPrevented || form.method !== "post" || "repeat" in form.dataset) return;
    if (form.dataset.sent) { e.preventDefault(); return; }
    form.dataset.sent = "1";
    autosaves.delete(form);
    setTimeout(() => {
      e.submitter?.setAttribute("aria-busy", "true");
      all("button", form).forEach(b => { if (!b.disabled) { b.disabled = true; b.dataset.held = ""; } });
    });
  });
  const release = form => {
    delete form.dataset.sent;
    all("[data-held]", form).forEach(b => { b.disabled = false; delete b.dataset.held; b.removeAttribute("aria-busy"); });
  };
  addEventListener("pageshow", () => { all("form[data-sent]").forEach(release); all("form[data-bulk]").forEach(count); });
  on("htmx:afterRequest", e => { const f = e.target.closest?.("form"); if (f) release(f); });

  // Suggestions
  const combos = new WeakMap();
  const pick = (box, option) => {
    const c = combos.get(box), scope = box.closest("[data-row]") || box.form;
    box.value = option.dataset.value;
    const id = one("[data-combo-id]", c.host);
    if (id) id.value = option.dataset.id;
    for (const a of [...option.attributes].filter(a => a.name.startsWith("data-fill-"))) {
      const to = one(`[data-fill="${a.name.slice(10)}"]`, scope);
      if (!to) continue;
      if ("value" in to) to.value = a.value; else to.textContent = a.value;
    }
    shut(box);
    box.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const shut = box => {
    const c = combos.get(box);
    c.ask?.abort();
    c.list.hidden = true;
    c.list.replaceChildren();
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  };
  const choices = c => all("[role=option]:not([aria-disabled=true])", c.list);
  const light = (box, step) => {
    const c = combos.get(box), list = choices(c), at = list.findIndex(o => o.ariaSelected === "true");
    const next = list[(at + step + list.length) % list.length] || list[0];
    list.forEach(o => o.setAttribute("aria-selected", String(o === next)));
    if (next) { box.setAttribute("aria-activedescendant", next.id); next.scrollIntoView({ block: "nearest" }); }
  };
  const suggest = async box => {
    const c = combos.get(box), q = box.value.trim();
    if (!q) { shut(box); return; }
    c.ask?.abort();
    c.ask = new AbortController();
    const url = new URL(c.host.dataset.combo, location.href);
    url.searchParams.set("q", q);
    (c.host.dataset.also || "").split(" ").filter(Boolean).forEach(n => { const f = box.form?.elements[n]; if (f) url.searchParams.set(n, f.value); });
    try {
      const answer = await fetch(url, { signal: c.ask.signal, headers: { "X-Requested-With": "fetch" } });
      if (!answer.ok || doc.activeElement !== box) return;
      const options = all("[role=option]", parse(await answer.text()));
      options.forEach((o, i) => { o.id = `${c.list.id}-${i}`; });
      c.list.replaceChildren(...options);
      c.list.hidden = !options.length;
      box.setAttribute("aria-expanded", String(!!options.length));
      box.removeAttribute("aria-activedescendant");
      const n = choices(c).length;
      say(n ? `${n}: ${options[0].textContent.trim()}` : options[0]?.textContent || "");
    } catch { /* typed on, or offline: the field still takes what is typed */ }
  };
  const upgrade = box => {
    const host = box.closest("[data-combo]");
    if (combos.has(box) || !host?.dataset.combo) return combos.has(box);
    const list = one("[role=listbox]", host);
    const c = { host, list };
    c.go = later(() => suggest(box), 120);
    combos.set(box, c);
    for (const [k, v] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id })) box.setAttribute(k, v);
    return true;
  };
  const comboBox = el => el.matches?.("[data-combo] input:not([type=hidden])") && upgrade(el);
  on("focusin", e => comboBox(e.target));
  on("input", e => {
    if (!comboBox(e.target)) return;
    const c = combos.get(e.target), id = one("[data-combo-id]", c.host);
    if (id) id.value = "";
    c.go();
  });
  on("focusout", e => { if (combos.has(e.target)) shut(e.target); });
  on("pointerdown", e => {
    const option = e.target.closest("[data-combo] [role=option]");
    if (!option) return;
    e.preventDefault();
    if (option.ariaDisabled !== "true") pick(one("input:not([type=hidden])", option.closest("[data-combo]")), option);
  });
  on("keydown", e => {
    const c = combos.get(e.target);
    if (!c || e.isComposing) return;
    const open = !c.list.hidden, lit = one("[aria-selected=true]", c.list);
    if (e.key === "ArrowDown" || e.key === "ArrowUp") { e.preventDefault(); if (open) light(e.target, e.key === "ArrowDown" ? 1 : -1); else suggest(e.target); }
    else if (e.key === "Enter" && open && (lit || choices(c).length === 1)) { e.preventDefault(); e.stopImmediatePropagation(); pick(e.target, lit || choices(c)[0]); next(e.target); }
    else if (e.key === "Tab" && open && lit) pick(e.target, lit);
    else if (e.key === "Escape" && open) { e.stopImmediatePropagation(); shut(e.target); }
  }, true);

  // Lines of an order
  const boxes = row => all("input:not([type=hidden])", row);
  const next = box => { const list = boxes(box.closest("[data-row]") || doc.createElement("p")); list[list.indexOf(box) + 1]?.focus(); };
  const addRow = (editor, fill) => {
    const body = one("tbody", editor), used = all("[name]", body).map(f => /\[(\d+)\]/.exec(f.name)).filter(Boolean).map(m => +m[1]);
    const i = used.length ? Math.max(...used) + 1 : 0;
    const row = one("template[data-line]", editor).content.firstElementChild.cloneNode(true);
    [row, ...all("*", row)].forEach(el => [...el.attributes].forEach(a => {
      if (a.value.includes("__")) a.value = a.value.replaceAll("__i__", i).replaceAll("__n__", i + 1);
    }));
    all("[data-remove-line]", row).forEach(b => { b.value = i; });
    body.append(doc.adoptNode(row));
    (fill || []).forEach((v, n) => { const f = boxes(row)[n]; if (f && v) f.value = v; });
    return row;
  };
  const changed = el => el.dispatchEvent(new Event("change", { bubbles: true }));
  // "SKU qty" or "SKU qty price", parted by tabs, semicolons, commas or blanks.
  const readLines = text => text.split(/\r?\n/).map(l => l.trim()).filter(Boolean).map(l => {
    const parts = l.split(/\t|;/).map(p => p.trim());
    return parts.length > 1 ? parts.slice(0, 3) : (/^(.*?)[\s,]+(?:x\s*)?(\d+)$/i.exec(l) || [l, l]).slice(1);
  });
  const pasteInto = (editor, text) => {
    const lines = readLines(text), empty = () => all("[data-row]", editor).find(r => boxes(r).every(b => !b.value));
    lines.forEach(parts => {
      const row = empty();
      if (row) parts.forEach((v, n) => { const f = boxes(row)[n]; if (f) f.value = v; }); else addRow(editor, parts);
    });
    say(String(lines.length));
    changed(one("tbody", editor));
  };
  on("click", e => {
    const editor = e.target.closest("[data-lines]");
    if (!editor) return;
    const remove = e.target.closest("[data-remove-line]"), paste = e.target.closest("[data-paste-lines]");
    if (e.target.closest("[data-add-line]")) { e.preventDefault(); boxes(addRow(editor))[0].focus(); }
    if (remove) {
      e.preventDefault();
      const row = remove.closest("[data-row]"), near = row.nextElementSibling || row.previousElementSibling;
      row.remove();
      boxes(near || addRow(editor))[0].focus();
      changed(one("tbody", editor));
    }
    const area = paste && one("textarea", editor);
    if (area) { e.preventDefault(); pasteInto(editor, area.value); area.value = ""; }
  });
  on("paste", e => {
    const box = e.target.closest?.("[data-lines] [data-combo] input"), text = e.clipboardData?.getData("text") || "";
    if (!box || !/\S\s*[\n\t]\s*\S/.test(text)) return;
    e.preventDefault();
    pasteInto(box.closest("[data-lines]"), text);
  });
  on("keydown", e => {
    const row = e.target.closest?.("[data-lines] [data-row]");
    if (!row || e.key !== "Enter" || e.defaultPrevented || e.ctrlKey || e.metaKey || !e.target.matches("input")) return;
    e.preventDefault();
    boxes(row.nextElementSibling || addRow(row.closest("[data-lines]")))[0].focus();
  });
  // Enter in another field sends nothing: the totals are live.
  on("click", e => { if (e.target.closest("[data-recount]")) e.preventDefault(); });
  on("keydown", e => {
    if (e.key === "Enter" && (e.ctrlKey || e.metaKey) && e.target.form) { e.preventDefault(); e.target.form.requestSubmit(); }
  });

  // Live totals, and drafts that save themselves
  const body = form => { const d = new FormData(form); d.set("command", newKey()); return new URLSearchParams([...d].filter(([, v]) => typeof v === "string")); };
  const post = (url, form, signal) => fetch(url, { method: "POST", body: body(form), signal, headers: { "X-Requested-With": "fetch" } });
  const previews = new WeakMap(), autosaves = new Map();
  const preview = async form => {
    previews.get(form)?.abort();
    const ask = new AbortController();
    previews.set(form, ask);
    try {
      const answer = await post(form.dataset.preview, form, ask.signal), fresh = one("#totals", parse(await answer.text()));
      if (fresh) one("#totals")?.replaceChildren(...fresh.childNodes);
    } catch { /* typed on, or offline: the totals come with the next page */ }
  };
  const autosave = async form => {
    if (form.dataset.sent) return;
    const note = one("[data-saved]", form);
    try {
      const answer = await post(form.dataset.autosave, form), version = answer.headers.get("X-Version"), said = answer.headers.get("X-Saved");
      if (version && form.elements.version) form.elements.version.value = version;
      if (note && said) note.textContent = decodeURIComponent(said);
      if (answer.status === 409) autosaves.set(form, () => {});
    } catch { if (note) note.textContent = ""; }
  };
  const edited = e => {
    const form = e.target.form || e.target.closest?.("form");
    if (!form) return;
    if (form.dataset.preview) {
      form.previewLater ||= later(preview, 250);
      form.previewLater(form);
    }
    if (form.dataset.autosave) {
      if (!autosaves.has(form)) autosaves.set(form, later(autosave, 1200));
      autosaves.get(form)(form);
    }
  };
  on("input", edited);
  on("change", edited);

  // Near moments stay true while the page is open
  const units = new Intl.RelativeTimeFormat(root.lang || "en", { numeric: "auto", style: "short" });
  setInterval(() => all("time[data-near]").forEach(t => {
    const minutes = Math.round((Date.parse(t.dateTime) - Date.now()) / 6e4), to = one(".when-rel", t);
    if (to && Math.abs(minutes) < 60) to.textContent = units.format(minutes, "minute");
  }), 3e4);

  // htmx: what went wrong is said; refusals are swapped in like pages
  on("htmx:beforeSwap", e => { if ([409, 422].includes(e.detail.xhr.status)) { e.detail.shouldSwap = true; e.detail.isError = false; } });
  on("htmx:responseError", () => say(root.dataset.failed || "That did not work. Nothing was saved. Try again.", "alert"));
  on("htmx:sendError", () => say(root.dataset.offline || "The server cannot be reached. Nothing was saved.", "alert"));

  one("[data-focus]")?.focus({ preventScroll: true });
})();
