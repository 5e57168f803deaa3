/* Keys, toasts and the side panel. Every page works without this file; it only saves reaching for the mouse.

   Markup speaks, this listens:
     data-row          a link that stands for its row: j and k move between these
     data-key="x"      is clicked when x is pressed; the panel's come before the row's, the row's before the page's
     data-close        empties the side panel
     data-all          ticks every box of its form; [data-ticked] shows how many are ticked
     data-follow       (on a row link) moving to it opens it, as in the review queue                        */
"use strict";

const TOAST_SECONDS = 12;
const find = (selector, within = document) => within?.querySelector(selector);
const visible = (element) => element && element.offsetParent !== null;

function rows() {
  return [...document.querySelectorAll("[data-row]")].filter(visible);
}

function currentRow() {
  return document.activeElement?.closest("tr, li")?.querySelector("[data-row]")
    ?? find("[aria-selected=true] [data-row], [data-row][aria-current]");
}

function move(step) {
  const all = rows();
  const next = all[Math.max(0, Math.min(all.length - 1, all.indexOf(currentRow()) + step))];
  if (!next) return;
  next.focus();
  next.scrollIntoView({ block: "nearest" });
  if ("follow" in next.dataset) next.click();
}

function pressed(key) {
  const wanted = `[data-key="${CSS.escape(key)}"]`;
  const row = currentRow()?.closest("tr, li");
  const places = [find("#panel"), row, document];
  return places.map((place) => find(wanted, place)).find((hit) => hit && !hit.disabled);
}

/* Enter belongs to what has the focus, unless that is the row which the panel or the queue is about. */
function entersByItself(target) {
  if (target.closest("button, summary")) return true;
  const link = target.closest("a");
  return link && !link.closest("tr[aria-selected=true]") && !("follow" in link.dataset);
}

function closePanel() {
  const panel = find("#panel");
  if (!panel?.firstElementChild) return false;
  const row = find("tr[aria-selected=true]");
  panel.replaceChildren();
  row?.removeAttribute("aria-selected");
  find("[data-row]", row)?.focus();
  return true;
}

const STEPS = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || find("dialog[open]")) return;
  if (event.key === "Escape") {
    if (document.activeElement?.matches("input, select, textarea")) document.activeElement.blur();
    else closePanel();
    return;
  }
  if (event.target.closest("input, select, textarea, [popover]")) return;
  if (STEPS[event.key] && rows().length) {
    event.preventDefault();
    move(STEPS[event.key]);
    return;
  }
  if (event.key === "Enter" && entersByItself(event.target)) return;
  const target = pressed(event.key);
  if (!target) return;
  event.preventDefault();
  if (target.matches("input")) target.select();
  target.matches("input") ? target.focus() : target.click();
});

/* A row that was swapped forgets that it is selected, and a button that went with it leaves the
   focus nowhere: both come back to the row that the panel is about. */
document.addEventListener("htmx:afterSettle", () => {
  if (find("#panel")?.firstElementChild && !find("tr[aria-selected=true]") && selected) {
    select(document.getElementById(selected));
  }
  if (document.activeElement === document.body) currentRow()?.focus({ preventScroll: true });
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-close]") && closePanel()) event.preventDefault();
  if (event.target.closest("[data-dismiss]")) event.target.closest(".toast").remove();
  if (event.target.closest("[data-keys]")) find("#keys").showModal();
  const opener = event.target.closest("tr a[hx-get]");
  if (opener) select(opener.closest("tr"));
  for (const open of document.querySelectorAll("details.popup[open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
});

let selected = "";

function select(row) {
  find("tr[aria-selected=true]")?.removeAttribute("aria-selected");
  row?.setAttribute("aria-selected", "true");
  selected = row?.id ?? "";
}

document.addEventListener("change", (event) => {
  const box = event.target;
  if ("submits" in box.dataset) box.form.requestSubmit();
  if (box.type !== "checkbox") return;
  const boxes = [...document.querySelectorAll(`input[name="${CSS.escape(box.dataset.all ?? box.name)}"]`)];
  if ("all" in box.dataset) boxes.forEach((each) => { each.checked = box.checked; });
  const ticked = boxes.filter((each) => each.checked).length;
  for (const shown of document.querySelectorAll("[data-ticked]")) shown.textContent = ticked;
});

function expire(toast) {
  setTimeout(() => {
    if (toast.matches(":hover, :focus-within")) expire(toast);
    else toast.remove();
  }, TOAST_SECONDS * 1000);
}

function arm(root) {
  for (const toast of root.querySelectorAll(".toast:not([data-armed])")) {
    toast.dataset.armed = "";
    expire(toast);
  }
}

function complain() {
  const toast = find("#trouble").content.firstElementChild.cloneNode(true);
  find("#toasts").append(toast);
  arm(document);
}

arm(document);
document.addEventListener("htmx:load", () => arm(document));
document.addEventListener("htmx:sendError", complain);
document.addEventListener("htmx:responseError", complain);

/* In a table of cells Enter goes to the cell below, Shift+Enter above; leaving a cell saves it. */
document.addEventListener("keydown", (event) => {
  const cell = event.target.closest(".grid td");
  if (event.key !== "Enter" || !cell || !event.target.matches("input")) return;
  event.preventDefault();
  const row = event.shiftKey ? cell.parentElement.previousElementSibling : cell.parentElement.nextElementSibling;
  const next = find("input", row?.cells[cell.cellIndex]);
  if (next) next.select();
  (next ?? event.target)[next ? "focus" : "blur"]();
});
